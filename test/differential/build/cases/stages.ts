// Stages, targets and what of the context gets there.
import type { BuildCases } from '../build-case.ts';

const ignored = {
  'a.txt': 'a',
  'b.md': 'b',
  'd/x.txt': 'x',
  'd/y.md': 'y',
  'd/e/z.txt': 'z',
  'node_modules/m/i.js': 'i',
  '.hidden': 'h',
  '.keep': 'k',
};

export const stageCases: BuildCases = {
  'a target': { dockerfile: 'FROM busybox AS one\nRUN echo 1 > /f\nFROM busybox AS two\nRUN exit 1\n', target: 'one' },
  'a target in capitals': { dockerfile: 'FROM busybox AS one\nLABEL a=1\nFROM busybox\nLABEL a=2\n', target: 'ONE' },
  'a target by number': { dockerfile: 'FROM busybox AS one\nLABEL a=1\nFROM busybox\nLABEL a=2\n', target: '0' },
  'a target that is not there': { dockerfile: 'FROM busybox AS one\n', target: 'onee' },
  'stages nobody needs do not run': {
    dockerfile: 'FROM busybox AS bad\nRUN exit 1\nFROM busybox\nRUN echo ok > /ok\n',
  },
  'a stage upon a stage upon a stage': {
    dockerfile: 'FROM busybox AS a\nRUN echo a > /a\nFROM a AS b\nRUN echo b > /b\nFROM b\nRUN cat /a /b > /c\n',
  },
  'two stages of one name': {
    dockerfile:
      'FROM busybox AS a\nRUN echo 1 > /f\nFROM busybox AS a\nRUN echo 2 > /f\nFROM scratch\nCOPY --from=a /f /f\n',
  },
  'a stage called like an image': { dockerfile: 'FROM busybox AS busybox\nRUN echo 1 > /f\nFROM busybox\n' },
  'a copy from a later stage': {
    dockerfile: 'FROM busybox AS one\nCOPY --from=two /f /f\nFROM busybox AS two\nRUN echo 2 > /f\nFROM one\n',
  },
  'stages that need each other': {
    dockerfile: 'FROM busybox AS one\nCOPY --from=two /f /f\nFROM busybox AS two\nCOPY --from=one /f /f\n',
  },
  'a stage that needs itself': { dockerfile: 'FROM busybox AS one\nCOPY --from=one /f /f\n' },
  '.dockerignore': {
    dockerfile: 'FROM scratch\nCOPY . /\n',
    files: { a: '1', 'b.log': '2', 'd/c.log': '3', 'd/e': '4' },
    ignore: '*.log\n# comment\n**/*.log\n',
  },
  '.dockerignore with exceptions': {
    dockerfile: 'FROM scratch\nCOPY . /\n',
    files: { 'd/a': '1', 'd/b': '2', 'd/s/c': '3', e: '4' },
    ignore: 'd\n!d/b\n!d/s\n',
  },
  '.dockerignore of everything but one': {
    dockerfile: 'FROM scratch\nCOPY . /\n',
    files: { 'd/a': '1', e: '4' },
    ignore: '*\n!d/a\n',
  },
  '.dockerignore hides the Dockerfile from COPY': {
    dockerfile: 'FROM scratch\nCOPY . /\n',
    files: { a: '1' },
    ignore: 'Dockerfile\n.dockerignore\n',
  },
  '.dockerignore of what is copied': {
    dockerfile: 'FROM scratch\nCOPY a /\n',
    files: { a: '1', b: '2' },
    ignore: 'a\n',
  },
  '.dockerignore that is wrong': { dockerfile: 'FROM scratch\nCOPY . /\n', files: { a: '1' }, ignore: '[\n' },
  '.dockerignore for one Dockerfile': {
    dockerfile: 'FROM scratch\nCOPY . /\n',
    files: { a: '1', b: '2', 'Dockerfile.dockerignore': 'b\n' },
    ignore: 'a\n',
  },
  'a context without the file of FROM': { dockerfile: 'FROM nosuchimage:nosuchtag\n' },
  'line ends of another system': {
    dockerfile: 'FROM busybox\r\nRUN echo a \\\r\n  b > /f\r\nENV x=y\r\nCOPY <<E /g\r\nline\r\nE\r\n',
  },
  'a byte order mark': { dockerfile: '\ufeffFROM busybox\nLABEL a=b\n' },
  'a file without a line end': { dockerfile: 'FROM busybox\nRUN echo a > /f' },
  'a continuation at the end': { dockerfile: 'FROM busybox\nRUN echo a > /f \\\n' },
  'empty lines and comments everywhere': {
    dockerfile: '\n# one\n  # two\n\nFROM busybox\n\n   RUN echo a > /f\n# end\n',
  },
  'a directive that comes too late': { dockerfile: '# comment\n# escape=`\nFROM busybox\nENV a=b\\\nc\n' },
  'two layers of the same file': {
    dockerfile: 'FROM busybox\nCOPY file /a\nCOPY file /b\nRUN cmp /a /b && echo same > /c\n',
  },
  'what .dockerignore says, with exceptions': {
    dockerfile: 'FROM scratch\nCOPY . /\n',
    files: ignored,
    ignore: '\ufeff# comment\n\n*\n!a.txt\n  !d/e  \nd/e/z.txt\n!d/x.txt\r\n',
  },
  '.dockerignore with stars in the middle': {
    dockerfile: 'FROM scratch\nCOPY . /\n',
    files: ignored,
    ignore: 'd/**/z.txt\n**/node_modules\n[^abdn.]*\n.*\n!.keep\n',
  },
  '.dockerignore with slashes and dots': {
    dockerfile: 'FROM scratch\nCOPY . /\n',
    files: ignored,
    ignore: '/a.txt\nd/\n./node_modules/../b.md\n../.hidden\nDockerfile\n.dockerignore\n',
  },
  '.dockerignore of everything': { dockerfile: 'FROM scratch\nCOPY . /\n', files: ignored, ignore: '.\n!a.txt\n' },
  'a named context in place of a stage': {
    dockerfile: 'FROM nosuch AS a\nRUN false\nFROM scratch\nCOPY --from=a file /x\n',
    flags: ['--build-context', 'a={DIR}'],
  },
  '.dockerignore of a named context': {
    dockerfile: 'FROM scratch\nCOPY --from=a . /x/\n',
    files: { ...ignored, 'part/.dockerignore': '*.md\n', 'part/a.md': '', 'part/b': '' },
    flags: ['--build-context', 'a={DIR}/part'],
  },
  'a named context of a repository': {
    dockerfile: 'FROM scratch\nCOPY --from=g version /\n',
    flags: ['--build-context', 'g={GIT}#v1'],
  },
  'a target by its number': { dockerfile: 'FROM busybox\nRUN echo 1 > /x\nFROM scratch\n', target: '0' },
};
