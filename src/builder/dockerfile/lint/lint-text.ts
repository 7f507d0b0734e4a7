// The lint rules that need nothing but the text of a Dockerfile.
import type { Statement } from '../source/statement.ts';
import type { Warning } from '../syntax.ts';
import { finding } from './rules.ts';

const reservedStages = ['context', 'scratch'];

/** What the rules find in the statements of a file, and at the last lines of those with an empty line inside. */
export function lintText(statements: readonly Statement[], emptyContinuations: readonly number[]): Warning[] {
  return [...lintBegun(statements, emptyContinuations), ...lintCasing(statements), ...lintStageNames(statements)];
}

/** As `lintText`, without the rules that compare one statement with others: these are not all of the file's. */
export function lintBegun(statements: readonly Statement[], emptyContinuations: readonly number[]): Warning[] {
  return [
    ...emptyContinuations.map(line => finding('NoEmptyContinuation', { start: line, end: line })),
    ...statements.flatMap(lintStatement),
  ];
}

function lintStatement(statement: Statement): Warning[] {
  const { keyword, pairs, range, words } = statement;
  switch (keyword.toLowerCase()) {
    case 'from':
      return [...lintFrom(statement), ...lintDescription(statement, words.slice(2, 3))];
    case 'arg':
      return lintDescription(
        statement,
        words.map(word => word.split('=')[0]!),
      );
    case 'env':
    case 'label':
      return pairs[0]?.bare ? [finding('LegacyKeyValueFormat', range, keyword.toUpperCase())] : [];
    case 'maintainer':
      return [finding('MaintainerDeprecated', range)];
    default:
      return [];
  }
}

function lintFrom({ keyword, range, words: [, as, name] }: Statement): Warning[] {
  if (as === undefined || name === undefined) return [];
  const warnings = name === name.toLowerCase() ? [] : [finding('StageNameCasing', range, name)];
  const differ = (isUpper(keyword) && !isUpper(as)) || (isLower(keyword) && !isLower(as));
  return differ ? [...warnings, finding('FromAsCasing', range, keyword, as)] : warnings;
}

/** The comment before a named stage or an argument shall begin with its name. */
function lintDescription({ comments, keyword, range }: Statement, names: readonly string[]): Warning[] {
  const comment = comments.at(-1);
  if (comment === undefined || names.length === 0 || names.includes(comment.split(' ')[0]!)) return [];
  const example = names.length > 1 ? '<arg_key>' : names[0]!;
  return [finding('InvalidDefinitionDescription', range, keyword.toUpperCase(), example)];
}

/** Arguments before the first FROM do not count. */
function lintCasing(statements: readonly Statement[]): Warning[] {
  const first = statements.findIndex(statement => statement.keyword.toLowerCase() === 'from');
  const counted = first < 0 ? [] : statements.slice(first);
  const lower = counted.filter(({ keyword }) => isLower(keyword)).length;
  const upper = counted.filter(({ keyword }) => isUpper(keyword)).length;
  const [isRight, casing] = lower > upper ? ([isLower, 'lowercase'] as const) : ([isUpper, 'uppercase'] as const);
  return counted
    .filter(({ keyword }) => !isRight(keyword))
    .map(({ keyword, range }) => finding('ConsistentInstructionCasing', range, keyword, casing));
}

function lintStageNames(statements: readonly Statement[]): Warning[] {
  const seen = new Set<string>();
  return statements.flatMap(({ keyword, range, words }) => {
    const name = keyword.toLowerCase() === 'from' ? words[2]?.toLowerCase() : undefined;
    if (name === undefined) return [];
    const warnings: Warning[] = [];
    if (reservedStages.includes(name)) warnings.push(finding('ReservedStageName', range, name));
    if (seen.has(name)) warnings.push(finding('DuplicateStageName', range, name));
    seen.add(name);
    return warnings;
  });
}

const isLower = (text: string) => text === text.toLowerCase();
const isUpper = (text: string) => text === text.toUpperCase();
