// What is offered where the cursor is.

/** A word, and what it means ('' for nothing to say). */
export interface Word {
  readonly value: string;
  readonly meaning: string;
}

/** What is offered; `files` when the shell should offer its files where nothing is. */
export interface Completion {
  readonly words: readonly Word[];
  readonly files: boolean;
}

export const noWords: Completion = { words: [], files: false };
export const fileNames: Completion = { words: [], files: true };
export const wordsOf = (values: readonly string[]): Completion => ({
  words: values.map(value => ({ value, meaning: '' })),
  files: false,
});
