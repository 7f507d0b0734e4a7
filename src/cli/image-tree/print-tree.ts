// The text of `images --tree`: columns that fit the terminal, colours where there is one.

import { ellipsis, shortId } from '../output/ellipsis.ts';
import { infoHead } from '../output/note.ts';
import type { TreeDetails, TreeImage } from './tree-view.ts';

interface Column {
  title: string;
  width: number;
  align: 'left' | 'right';
  /** Undefined for the column of names. */
  value?: (details: TreeDetails) => string;
  /** A chip brings its own colour. */
  chip?: boolean;
}

interface Screen {
  isTerminal: boolean;
  columns: number;
}

type Paint = (text: string) => string;

const spacing = 3;
const leastNameWidth = 12;
const leastWidth = 20;
const branchWidth = Buffer.byteLength('└─ ');

const paint =
  (codes: string): Paint =>
  text =>
    `${codes}${text}\x1b[0m`;
const headPaint = paint('\x1b[39m\x1b[1m');
const namePaint = paint('\x1b[34m\x1b[1m');
const normalPaint = paint('\x1b[39m');
const faintPaint = paint('\x1b[39m\x1b[2m');
const plain: Paint = text => text;

/**
 * All of it, for a screen of so many columns, as Docker prints it; only that an image in use is marked even where no
 * platform of any image is, which Docker forgets.
 */
export function formatTree(images: readonly TreeImage[], { isTerminal, columns: width }: Screen): string {
  const columns = fitColumns(images, Math.max(width, leastWidth));
  const style = { isTerminal, gap: ' '.repeat(spacing) };
  const head = columns.map(column => cell(column, column.title.toUpperCase(), headPaint)).join(style.gap);
  const warning = "WARNING: This is an experimental feature. The output may change and shouldn't be depended on.";
  // A list of names alone needs no air.
  const gap = images.some(({ platforms }) => platforms.length > 0) ? '\n' : '';
  const rows = images.map(image => imageText(image, columns, style) + gap);
  const lines = [
    isTerminal ? paint('\x1b[93m')(warning) : warning,
    legend(isTerminal, Math.max(width, leastWidth)),
    '',
  ];
  return `${lines.join('\n')}\n${head}\n${rows.join('')}`;
}

interface Style {
  isTerminal: boolean;
  gap: string;
}

/** The last names before the details stand alone in their lines. */
function imageText(image: TreeImage, columns: readonly Column[], style: Style): string {
  const [first] = columns as [Column];
  const colour = (painter: Paint) => (style.isTerminal ? painter : plain);
  const named = colour(image.untagged ? faintPaint : namePaint);
  const others = image.names.slice(0, -1).map(name => named(ellipsis(name, first.width)));
  const own = cell(first, image.names.at(-1) ?? '', named) + details(image, columns, { ...style, text: normalPaint });
  const platforms = image.platforms.map((platform, index) => {
    const text = platform.available ? normalPaint : faintPaint;
    const branch = index < image.platforms.length - 1 ? '├─ ' : '└─ ';
    return cell(first, branch + platform.platform, colour(text)) + details(platform, columns, { ...style, text });
  });
  return [...others, own, ...platforms].map(line => `${line}\n`).join('');
}

function details(values: TreeDetails, columns: readonly Column[], style: Style & { text: Paint }): string {
  return columns
    .slice(1)
    .map(column => {
      const value = column.value!(values);
      const painter = style.isTerminal && !column.chip ? style.text : plain;
      if (column.chip) return style.gap + chipCell(column, value, style.isTerminal);
      return style.gap + cell(column, value, painter);
    })
    .join('');
}

function cell({ width, align }: Column, text: string, painter: Paint): string {
  const shown = ellipsis(text, width);
  const fill = ' '.repeat(width - [...shown].length);
  return align === 'right' ? fill + painter(shown) : painter(shown) + fill;
}

function chipCell({ width }: Column, value: string, isTerminal: boolean): string {
  if (value === '') return ' '.repeat(width);
  return chip(value, isTerminal) + ' '.repeat(width - (isTerminal ? value.length + 2 : value.length));
}

function chip(text: string, isTerminal: boolean): string {
  return isTerminal ? `\x1b[38;5;0m\x1b[48;5;14m ${text} \x1b[0m` : text;
}

function legend(isTerminal: boolean, width: number): string {
  const head = infoHead(isTerminal);
  const text = `${head.text} ${chip('U', isTerminal)} In Use `;
  const length = head.width + ' U In Use '.length + (isTerminal ? 2 : 0);
  return ' '.repeat(Math.max(0, width - length)) + text;
}

/** Columns that do not fit are left out from the right; names get what is left, and no more than they need. */
function fitColumns(images: readonly TreeImage[], width: number): Column[] {
  const kept: Column[] = [];
  let nameWidth = width;
  for (const column of detailColumns) {
    const needed = column.width + spacing;
    if (nameWidth - needed < leastNameWidth) break;
    nameWidth -= needed;
    kept.push(column);
  }
  const names = images.flatMap(image => image.names.map(name => Buffer.byteLength(name)));
  const platforms = images.flatMap(image => image.platforms.map(({ platform }) => platform.length + branchWidth));
  const widest = Math.max('Image'.length, ...names, ...platforms);
  return [{ title: 'Image', width: Math.min(nameWidth, widest), align: 'left' }, ...kept];
}

const detailColumns: readonly Column[] = [
  { title: 'ID', width: 12, align: 'left', value: ({ id }) => shortId(id) },
  { title: 'Disk usage', width: 10, align: 'right', value: ({ diskUsage }) => diskUsage },
  { title: 'Content size', width: 12, align: 'right', value: ({ contentSize }) => contentSize },
  { title: 'Extra', width: 5, align: 'left', value: ({ used }) => (used ? 'U' : ''), chip: true },
];
