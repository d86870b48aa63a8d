/**
 * Whether a question holds a digit, of any script. All problems that the embedded model was trained on do, and there is
 * nothing to compute in one that does not: right arithmetic in a chain of thought says nothing of such a question.
 */
export function holdsNumber(question: string): boolean {
  return /\p{N}/u.test(question);
}
