// Reads what `bun test --reporter=junit` wrote: how many tests passed, failed and were skipped, and what failures said.

import type { Counts, Failure } from './step.ts';

/** Counts of a JUnit report: its root element's attributes; all zero for no report. */
export function parseReport(xml: string): Counts {
  const root = /<testsuites\b([^>]*)>/.exec(xml)?.[1] ?? '';
  const count = (name: string) => Number(attribute(root, name) || 0);
  const [failed, skipped] = [count('failures') + count('errors'), count('skipped')];
  return { passed: count('tests') - failed - skipped, failed, skipped, failures: failedTests(xml) };
}

/** Every test case with a failure in it, in the order of the report. */
function failedTests(xml: string): Failure[] {
  const cases = xml.matchAll(/<testcase\b([^>]*[^/])>([\s\S]*?)<\/testcase>/g);
  return [...cases].flatMap(([, of = '', content = '']) => {
    const failure = /<(?:failure|error)\b([^>]*?)(?:\/>|>([^<]*)<)/.exec(content);
    if (!failure) return [];
    const [, attributes = '', text = ''] = failure;
    const said = unescaped(text).trim() || attribute(attributes, 'message');
    return [{ test: `${attribute(of, 'file')}: ${attribute(of, 'name')}`, said }];
  });
}

function attribute(attributes: string, name: string): string {
  return unescaped(new RegExp(`\\b${name}="([^"]*)"`).exec(attributes)?.[1] ?? '');
}

const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };

/** The text that stands in XML: its predefined entities and references to characters, each replaced once. */
function unescaped(text: string): string {
  return text.replace(/&(?:#x([\da-f]+)|#(\d+)|(\w+));/gi, (whole, hex?: string, decimal?: string, name = '') => {
    if (hex) return String.fromCodePoint(Number.parseInt(hex, 16));
    if (decimal) return String.fromCodePoint(Number(decimal));
    return entities[name] ?? whole;
  });
}
