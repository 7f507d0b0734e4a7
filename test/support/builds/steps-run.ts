// What a build did, as far as it shows in its plain progress.

/** Steps that were run, in the order in which they began, without their numbers; neither cached ones nor base images. */
export function stepsRun(progress: string): string[] {
  const names = new Map<string, string>();
  const cached = new Set<string>();
  for (const line of progress.split('\n')) {
    const [, number = '', text = ''] = /^#(\d+) (.*)$/.exec(line) ?? [];
    if (/^\[([^\]]+ +)?\d+\/\d+\] /.test(text)) names.set(number, text.replace(/^\[.*?\] /, ''));
    if (text === 'CACHED') cached.add(number);
  }
  return [...names]
    .filter(([number, name]) => !cached.has(number) && !name.startsWith('FROM '))
    .map(([, name]) => name);
}
