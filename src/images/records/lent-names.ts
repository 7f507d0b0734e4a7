// Names that images have for a push only.
import type { Digest } from '../../oci/digest.ts';
import { formatReference, type Reference, withDefaultTag } from '../../oci/reference.ts';
import type { ImageNames } from './image-names.ts';

interface Loan {
  readonly name: Reference;
  /** Who had it before the first of those it was lent to. */
  readonly owner: Digest | undefined;
  borrowers: number;
}

/** Several may borrow a name at a time: its owner gets it back from the last of them. */
export class LentNames {
  readonly #names: Pick<ImageNames, 'get' | 'set' | 'delete' | 'of'>;
  readonly #isThere: (id: Digest) => boolean;
  readonly #loans = new Map<string, Loan>();

  /** `isThere`: whether an image is still known. */
  constructor(names: Pick<ImageNames, 'get' | 'set' | 'delete' | 'of'>, isThere: (id: Digest) => boolean) {
    this.#names = names;
    this.#isThere = isThere;
  }

  /**
   * Remembers which names images have, those that are to be lent to them included. Disposing of it gives lent names back to
   * whoever had them, unless somebody else was given one meanwhile, and takes from these images what names they have come to
   * since: those of a push as well.
   */
  lend(images: readonly Digest[], names: readonly Reference[]): Disposable {
    const before = new Set(images.flatMap(id => this.#names.of(id).map(formatReference)));
    const loans = new Set(names.map(name => this.#borrow(name)));
    return {
      [Symbol.dispose]: () => {
        for (const id of images) {
          for (const own of this.#names.of(id)) if (!before.has(formatReference(own))) this.#names.delete(own);
        }
        for (const loan of loans) this.#giveBack(loan);
      },
    };
  }

  #borrow(name: Reference): Loan {
    const key = formatReference(withDefaultTag(name));
    const loan = this.#loans.get(key) ?? { name, owner: this.#names.get(name), borrowers: 0 };
    this.#loans.set(key, loan);
    loan.borrowers++;
    return loan;
  }

  #giveBack(loan: Loan): void {
    const { name, owner } = loan;
    if (--loan.borrowers > 0) return;
    this.#loans.delete(formatReference(withDefaultTag(name)));
    if (owner !== undefined && this.#names.get(name) === undefined && this.#isThere(owner))
      this.#names.set(name, owner);
  }
}
