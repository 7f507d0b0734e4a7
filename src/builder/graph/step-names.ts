// How vertices of a stage are called: `[build 2/5] RUN make`.
import { formatPlatform, type Platform } from '../../oci/platform.ts';

/** Numbers the steps of one stage that have a vertex. */
export class StepNames {
  readonly #prefix: string;
  readonly #total: number;
  #next = 0;

  /** `stage` is empty where the file has only one; `platform` is named when several are built. */
  constructor(o: { stage: string; total: number; platform?: Platform | undefined }) {
    const parts = [o.platform && formatPlatform(o.platform), o.stage].filter(Boolean);
    this.#prefix = parts.length > 0 ? `${parts.join(' ')} ` : '';
    this.#total = o.total;
  }

  next(text: string): string {
    this.#next++;
    const width = String(this.#total).length;
    return `[${this.#prefix}${String(this.#next).padStart(width)}/${this.#total}] ${text}`;
  }
}
