let recording = false;

/** Turns the recording of prompts and answers on spans on or off for this process; off until then. */
export function recordPrompts(on: boolean): void {
  recording = on;
}

/** Whether spans may hold prompts and answers. */
export function promptsAreRecorded(): boolean {
  return recording;
}
