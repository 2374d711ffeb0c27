/** A bug that is planted to show which test catches it. */
export interface Mutant {
  /** What `npm run mutants -- NAME` takes. */
  name: string;
  /** What is done wrong, in words. */
  bug: string;
  /** What a user relies on and would lose. */
  promise: string;
  /** The bug itself. */
  edits: Edit[];
  /** The test that must go red. */
  caughtBy: Catcher;
}

export interface Edit {
  /** Within the checkout. */
  file: string;
  /** Occurs there exactly once. */
  find: string;
  replace: string;
}

export interface Catcher {
  /** Its file within the checkout. */
  spec: string;
  /** Its title, or a part of that as it stands in the file. */
  test: string;
}

/** How often a text occurs: an edit is applied only where that is once. */
export function occurrences(text: string, find: string): number {
  return text.split(find).length - 1;
}
