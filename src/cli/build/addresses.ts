// What users write for files that the daemon fetches itself.

const repository = /^(?:git|ssh):\/\/|^(?:[\w.-]+@)[\w.-]+:|^github\.com\/|^https?:\/\/[^#?]*\.git(?:[#?]|$)/;

/** A git repository: `https://host/repo.git#ref:directory`, `git@host:repo`, `github.com/owner/repo`. */
export const isRepository = (text: string): boolean => repository.test(text);

/** A git repository or something on the web. */
export const isAddress = (text: string): boolean => /^https?:\/\//.test(text) || isRepository(text);
