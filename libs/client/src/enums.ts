import {
  type PlanChangeReason as PlanChangeReasonNumber,
  PlanChangeReasonSchema,
} from "@reckon/proto/reckon/orchestrator/v1/event";
import {
  type ConfidenceKind as ConfidenceKindNumber,
  ConfidenceKindSchema,
} from "@reckon/proto/reckon/types/v1/outcome";
import {
  type Method as MethodNumber,
  MethodSchema,
  type Selection as SelectionNumber,
  SelectionSchema,
  type StopReason as StopReasonNumber,
  StopReasonSchema,
  type Strategy as StrategyNumber,
  StrategySchema,
} from "@reckon/proto/reckon/types/v1/plan";
import {
  type AnswerKind as AnswerKindNumber,
  AnswerKindSchema,
  type Role as RoleNumber,
  RoleSchema,
} from "@reckon/proto/reckon/types/v1/problem";
import { type SampleEnd as SampleEndNumber, SampleEndSchema } from "@reckon/proto/reckon/types/v1/sample";
import { createEnumNames } from "./enum-names.ts";
import type {
  AnswerKind,
  ConfidenceKind,
  Method,
  PlanChangeReason,
  Role,
  SampleEnd,
  Selection,
  StopReason,
  Strategy,
} from "./vocabulary.ts";

export const strategies = createEnumNames<Strategy, StrategyNumber>(StrategySchema);
export const methods = createEnumNames<Method, MethodNumber>(MethodSchema);
export const selections = createEnumNames<Selection, SelectionNumber>(SelectionSchema);
export const stopReasons = createEnumNames<StopReason, StopReasonNumber>(StopReasonSchema);
export const answerKinds = createEnumNames<AnswerKind, AnswerKindNumber>(AnswerKindSchema);
export const roles = createEnumNames<Role, RoleNumber>(RoleSchema);
export const sampleEnds = createEnumNames<SampleEnd, SampleEndNumber>(SampleEndSchema);
export const confidenceKinds = createEnumNames<ConfidenceKind, ConfidenceKindNumber>(ConfidenceKindSchema);
export const planChangeReasons = createEnumNames<PlanChangeReason, PlanChangeReasonNumber>(PlanChangeReasonSchema);
