// Runs test files with `bun test` and reads from its report how many passed, failed and were skipped.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseReport } from './junit-report.ts';
import { type Counts, repository, runCommand } from './step.ts';

/** Test files by what they need: `unit` nothing, `root` the real kernel, the others a daemon. */
export type TestKind = 'unit' | 'root' | 'conformance' | 'integration' | 'e2e' | 'differential' | 'peers';

/** The files of one kind, relative to the repository, in a stable order. */
export function findTests(kind: TestKind): string[] {
  const isRoot = (path: string) => path.endsWith('.root.test.ts');
  const beside = ['src', 'scripts', 'bench', 'test/support'].flatMap(testsBelow);
  switch (kind) {
    case 'unit':
      return [...beside.filter(path => !isRoot(path)), 'test/architecture.test.ts'];
    case 'root':
      return beside.filter(isRoot);
    default:
      return testsBelow(`test/${kind}`);
  }
}

function testsBelow(folder: string): string[] {
  return [...new Bun.Glob(`${folder}/**/*.test.ts`).scanSync({ cwd: repository })].sort();
}

/** Runs the files in one `bun test`; a run that failed without a failed test counts as one failure. */
export async function runTests(
  files: readonly string[],
  options: { timeoutMs?: number; env?: Record<string, string>; parallel?: boolean } = {},
): Promise<Counts> {
  if (files.length === 0) return { passed: 0, failed: 0, skipped: 0 };
  const folder = mkdtempSync(join(tmpdir(), 'berth-junit-'));
  try {
    const report = join(folder, 'junit.xml');
    const flags = [
      '--only-failures',
      '--reporter=junit',
      `--reporter-outfile=${report}`,
      `--timeout=${options.timeoutMs ?? 20_000}`,
      // A process for each processor, which keeps what it has loaded from file to file.
      ...(options.parallel ? ['--parallel', '--no-isolate'] : []),
    ];
    const errors = join(folder, 'errors');
    const code = await runCommand(['bun', 'test', ...flags, ...files.map(file => `./${file}`)], options.env, errors);
    const counts = parseReport(readReport(report));
    return code === 0 ? counts : withUnreported(counts, code, readFileSync(errors, 'utf8'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The counts with what no test of the report stands for: a file that cannot be loaded, an error between tests, a killed run. */
function withUnreported(counts: Counts, code: number, output: string): Counts {
  const errors = errorsBetweenTests(output);
  if (errors.length === 0 && counts.failed === 0) errors.push(`bun test ended with ${code}: see its output`);
  const failures = errors.map(said => ({ test: 'between tests', said }));
  return { ...counts, failed: counts.failed + errors.length, failures: [...(counts.failures ?? []), ...failures] };
}

/** Errors that `bun test` tells of on standard error alone, without the lines of code around them. */
export function errorsBetweenTests(output: string): string[] {
  const blocks = output.matchAll(/^# Unhandled error between tests\n-+\n([\s\S]*?)\n-{20,}$/gm);
  return [...blocks].map(([, block = '']) => block.replace(/^(\s*\d+ \|.*|\s*\^)\n/gm, '').trim());
}

function readReport(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
