// What is wrong with a text in HCL's syntax, or with what it says.
import { formatExcerpt } from '../../../../lib/text/source-excerpt.ts';
import { describePlace, lineAndColumn, type Place } from './source.ts';

/** Its message is that of HCL: `file:2,7-9: Summary; Detail`, without the place in a source that has no name. */
export class HclError extends Error {
  readonly place: Place;
  readonly summary: string;
  readonly detail: string;

  constructor(place: Place, summary: string, detail: string, options?: { cause?: unknown }) {
    super(`${place.source.name === '' ? '' : `${describePlace(place)}: `}${summary}; ${detail}`, options);
    this.place = place;
    this.summary = summary;
    this.detail = detail;
  }

  /** The lines it is in, marked, as BuildKit shows them; '' in a source without a name. */
  excerpt(): string {
    const { source, start, end } = this.place;
    if (source.name === '') return '';
    const lines = { start: lineAndColumn(source, start).line, end: lineAndColumn(source, end).line };
    return formatExcerpt({ name: source.name, source: source.text, ranges: [lines] });
  }
}
