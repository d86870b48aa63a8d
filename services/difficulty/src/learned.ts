export { createLearnedStates, type LearnedStates } from "./learned-states.ts";
export { createLearner, type Learner } from "./learner.ts";
