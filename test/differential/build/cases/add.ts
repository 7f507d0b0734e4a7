// ADD: archives, the web and repositories.
import type { BuildCases } from '../build-case.ts';

const archive = { 'in/one': '1', 'in/two': '2', top: 't' };

export const addCases: BuildCases = {
  'a file': { dockerfile: 'FROM busybox\nADD file /f\nADD file /d/\n' },
  'a directory': { dockerfile: 'FROM busybox\nADD d /x/\n', files: { 'd/a': '1', 'd/b/c': '2' } },
  'a tar archive': { dockerfile: 'FROM busybox\nADD a.tar /x/\n', files: { 'a.tar': { archive } } },
  'a gzip archive': {
    dockerfile: 'FROM busybox\nADD a.tar.gz /x\n',
    files: { 'a.tar.gz': { archive, compress: 'gzip' } },
  },
  'a bzip2 archive': { dockerfile: 'FROM busybox\nADD a.tbz /x\n', files: { 'a.tbz': { archive, compress: 'bzip2' } } },
  'an xz archive': { dockerfile: 'FROM busybox\nADD a.txz /x\n', files: { 'a.txz': { archive, compress: 'xz' } } },
  'an archive by any name': { dockerfile: 'FROM busybox\nADD data /x/\n', files: { data: { archive } } },
  'an archive with an owner': {
    dockerfile: 'FROM busybox\nADD --chown=4:5 a.tar /x/\n',
    files: { 'a.tar': { archive } },
  },
  'an archive with a mode': {
    dockerfile: 'FROM busybox\nADD --chmod=700 a.tar /x/\n',
    files: { 'a.tar': { archive } },
  },
  'an archive among files': { dockerfile: 'FROM busybox\nADD *.tar f /x/\n', files: { 'a.tar': { archive }, f: 'f' } },
  'an archive that is not to be unpacked': {
    dockerfile: 'FROM busybox\nADD --unpack=false a.tar /x/\n',
    files: { 'a.tar': { archive } },
  },
  'COPY unpacks nothing': { dockerfile: 'FROM busybox\nCOPY a.tar /x/\n', files: { 'a.tar': { archive } } },
  'a file that only looks like an archive': {
    dockerfile: 'FROM busybox\nADD a.tar /x/\n',
    files: { 'a.tar': 'not really' },
  },
  'compressed data that is no archive': {
    dockerfile: 'FROM busybox\nADD a.gz /x/\n',
    files: { 'a.gz': { archive: {}, compress: 'gzip' } },
  },
  'a here-document': { dockerfile: 'FROM busybox\nADD <<EOF /f\nhello\nEOF\n' },
  '--exclude': { dockerfile: 'FROM busybox\nADD --exclude=*.md d /x/\n', files: { 'd/a.md': '', 'd/b': '' } },
  '--link': { dockerfile: 'FROM busybox\nADD --link file /d/\n' },
  'from the web to a name': { dockerfile: 'FROM busybox\nADD {WEB}/plain.txt /f\n', times: true },
  'from the web into a directory': { dockerfile: 'FROM busybox\nADD {WEB}/some%20dir/plain.txt?x=1 /d/\n' },
  'from the web with owner and mode': { dockerfile: 'FROM busybox\nADD --chmod=644 --chown=8:9 {WEB}/plain.txt /f\n' },
  'from the web with a variable': { dockerfile: 'FROM busybox\nARG name=plain.txt\nADD {WEB}/$name /f\n' },
  'from the web with its checksum': {
    dockerfile:
      'FROM busybox\nADD --checksum=sha256:451f3e8714562111c7fc96b639f49f404507d4436dcd0ec3d539defcc2577d86 {WEB}/plain.txt /f\n',
  },
  'from the web without a name': { dockerfile: 'FROM busybox\nADD {WEB}/ /d/\n' },
  'an archive from the web stays one': { dockerfile: 'FROM busybox\nADD {WEB}/a.tar.gz /d/\n' },
  'an archive from the web, unpacked': { dockerfile: 'FROM busybox\nADD --unpack=true {WEB}/a.tar.gz /d/\n' },
  'what is not on the web': { dockerfile: 'FROM busybox\nADD {WEB}/nosuch /f\n' },
  'a redirection': { dockerfile: 'FROM busybox\nADD {WEB}/moved /f\n' },
  'a repository': { dockerfile: 'FROM busybox\nADD {GIT} /repo\n' },
  'a repository at a tag': { dockerfile: 'FROM busybox\nADD {GIT}#v1 /repo/\n' },
  'a directory of a repository': { dockerfile: 'FROM busybox\nADD {GIT}#v1:sub /repo\n' },
  'a repository with its git directory': {
    dockerfile: 'FROM busybox\nADD --keep-git-dir=true {GIT}#v1 /repo\nRUN test -e /repo/.git && rm -rf /repo/.git\n',
  },
  'a ref that is not there': { dockerfile: 'FROM busybox\nADD {GIT}#nosuch /repo\n' },
  'a repository, some of it, with an owner': {
    dockerfile: 'FROM busybox\nADD --exclude=sub --chown=5:6 --chmod=700 {GIT}#v1 /r/\nADD --link {GIT}#v1:sub /s/\n',
  },
  'a repository by a query': { dockerfile: 'FROM busybox\nADD {GIT}?ref=v1&subdir=sub /a\nADD {GIT}?branch=main /b\n' },
  'a repository that is another one': {
    dockerfile: 'FROM busybox\nADD --checksum=1111111111111111111111111111111111111111 {GIT}#v1 /r\n',
  },
  'two repositories': { dockerfile: 'FROM busybox\nADD {GIT}#v1:sub {GIT}#main /r/\n' },
  'from the web, not what was expected': {
    dockerfile: `FROM busybox\nADD --checksum=sha256:${'0'.repeat(64)} {WEB}/plain.txt /f\n`,
  },
  'from the web by a bad checksum': { dockerfile: 'FROM busybox\nADD --checksum=md5:00 {WEB}/plain.txt /f\n' },
  'from where nobody listens': { dockerfile: 'FROM busybox\nADD http://127.0.0.1:1/x /d/\n' },
  'from the web beside a file': { dockerfile: 'FROM busybox\nADD {WEB}/plain.txt {WEB}/a.tar.gz file /d/\n' },
  'from the web, unpacked, with an owner': { dockerfile: 'FROM busybox\nADD --unpack --chown=3:4 {WEB}/a.tar.gz /d\n' },
  'a file, to be unpacked': { dockerfile: 'FROM busybox\nADD --unpack=true file /x/\n' },
};
