/** Names of the spans of one solve: `solve` > `estimate`, `sample` > `generate`, `score`. */
export const spanNames = {
  /** Orchestrator: from the request's arrival to its outcome. */
  solve: "solve",
  /** Difficulty service: one estimate. */
  estimate: "estimate",
  /** Orchestrator: one sample, from its start to its verdict. */
  sample: "sample",
  /** Model proxy: the decoding of one sample. */
  generate: "generate",
  /** Verifier: all scoring of one sample. */
  score: "score",
} as const;

/** Attributes of spans, metrics and log lines: GenAI semantic conventions where they have a name, `reckon.*` elsewhere. */
export const attributes = {
  operationName: "gen_ai.operation.name",
  providerName: "gen_ai.provider.name",
  requestModel: "gen_ai.request.model",
  requestTemperature: "gen_ai.request.temperature",
  requestTopP: "gen_ai.request.top_p",
  requestMaxTokens: "gen_ai.request.max_tokens",
  inputTokens: "gen_ai.usage.input_tokens",
  cachedInputTokens: "gen_ai.usage.cache_read.input_tokens",
  outputTokens: "gen_ai.usage.output_tokens",
  finishReasons: "gen_ai.response.finish_reasons",
  errorType: "error.type",
  rpcMethod: "rpc.method",
  rpcStatusCode: "rpc.grpc.status_code",

  solveId: "reckon.solve.id",
  strategy: "reckon.strategy",
  method: "reckon.method",
  selection: "reckon.selection",
  plannedSamples: "reckon.plan.samples",
  plannedWindow: "reckon.plan.window",
  stopReason: "reckon.stop.reason",
  hasAnswer: "reckon.answer.present",
  answer: "reckon.answer.text",
  prompt: "reckon.prompt.text",
  confidence: "reckon.confidence",
  confidenceKind: "reckon.confidence.kind",
  difficulty: "reckon.difficulty",
  domain: "reckon.domain",
  samplesStarted: "reckon.samples.started",
  samplesVoted: "reckon.samples.voted",
  samplesCancelled: "reckon.samples.cancelled",
  samplesPruned: "reckon.samples.pruned",
  samplesFailed: "reckon.samples.failed",
  sampleIndex: "reckon.sample.index",
  sampleEnd: "reckon.sample.end",
  sampleSteps: "reckon.sample.steps",
  sampleVote: "reckon.sample.vote",
  sampleMeanLogprob: "reckon.sample.mean_logprob",
  tokenRole: "reckon.token.role",
  answerTokens: "reckon.tokens.answer",
  cancelledTokens: "reckon.tokens.cancelled",
  failedTokens: "reckon.tokens.failed",
  verifierTokens: "reckon.tokens.verifier",
  scoredSteps: "reckon.score.steps",
  lowestScore: "reckon.score.lowest",
  abstentions: "reckon.score.abstentions",
  verifier: "reckon.verifier",
  verdict: "reckon.verdict",
  planChange: "reckon.plan.change",
} as const;

/** Names of all metrics; the Prometheus form of a counter adds `_total`, and dots become underscores. */
export const metricNames = {
  solves: "reckon.solves",
  solveDuration: "reckon.solve.duration",
  timeToFirstThought: "reckon.solve.time_to_first_thought",
  activeSolves: "reckon.solves.active",
  samplesStarted: "reckon.samples.started",
  samplesEnded: "reckon.samples.ended",
  tokens: "reckon.tokens",
  tokensSaved: "reckon.tokens.saved",
  samplesSaved: "reckon.samples.saved",
  confidenceAtStop: "reckon.confidence.at_stop",
  difficulty: "reckon.difficulty",
  queueDepth: "reckon.queue.depth",
  liveSamples: "reckon.samples.live",
  planChanges: "reckon.plan.changes",
  verdicts: "reckon.verdicts",
  rpcDuration: "rpc.server.duration",
  rpcLive: "reckon.rpc.live_handlers",
  memoryUsage: "process.memory.usage",
} as const;
