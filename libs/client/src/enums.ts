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
  type Priority as PriorityNumber,
  PrioritySchema,
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
  Priority,
  Role,
  SampleEnd,
  Selection,
  StopReason,
  Strategy,
} from "./vocabulary.ts";

/** Priorities by word and number. */
export const priorities = createEnumNames<Priority, PriorityNumber>(PrioritySchema);

/** Strategies by word and number. */
export const strategies = createEnumNames<Strategy, StrategyNumber>(StrategySchema);
/** Methods by word and number. */
export const methods = createEnumNames<Method, MethodNumber>(MethodSchema);
/** Selections by word and number. */
export const selections = createEnumNames<Selection, SelectionNumber>(SelectionSchema);
/** Stop reasons by word and number. */
export const stopReasons = createEnumNames<StopReason, StopReasonNumber>(StopReasonSchema);
/** Answer kinds by word and number. */
export const answerKinds = createEnumNames<AnswerKind, AnswerKindNumber>(AnswerKindSchema);
/** Roles by word and number. */
export const roles = createEnumNames<Role, RoleNumber>(RoleSchema);
/** Why samples end, by word and number. */
export const sampleEnds = createEnumNames<SampleEnd, SampleEndNumber>(SampleEndSchema);
/** Kinds of confidence by word and number. */
export const confidenceKinds = createEnumNames<ConfidenceKind, ConfidenceKindNumber>(ConfidenceKindSchema);
/** Why plans change, by word and number. */
export const planChangeReasons = createEnumNames<PlanChangeReason, PlanChangeReasonNumber>(PlanChangeReasonSchema);
