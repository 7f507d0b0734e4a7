import { describe, expect, test } from 'bun:test';
import { compileTemplate } from './template.ts';

const data = () => ({
  Name: 'web',
  List: ['x', 'y'],
  Map: new Map<string, unknown>([
    ['b', 2],
    ['a', '<1>'],
  ]),
  Struct: { Foo: 1, Bar: true, None: null },
  Label: (name: string) => `label ${name}`,
  Empty: '',
  None: new Map(),
  Float: 2.5,
  Big: 1e21,
  Objects: [{ A: 1 }, { A: 2 }],
});

describe('templates', () => {
  test.each([
    ['{{.Name}}', 'web'],
    ['{{.Map}} {{.List}} {{.Struct}}', 'map[a:<1> b:2] [x y] {1 true <nil>}'],
    ['{{.Map.a}} {{.Map.zz}} {{index .Map "b"}}', '<1> <no value> 2'],
    ['{{json .Map}} {{json .List}} {{json .Struct.None}}', '{"a":"<1>","b":2} ["x","y"] null'],
    ['{{range .List}}{{.}},{{end}}', 'x,y,'],
    ['{{range $i, $e := .List}}{{$i}}{{$e}}{{end}}', '0x1y'],
    ['{{range $k, $v := .Map}}{{$k}}={{$v}};{{end}}', 'a=<1>;b=2;'],
    ['{{range .None}}{{else}}none{{end}}', 'none'],
    ['{{range .List}}{{if eq . "y"}}{{break}}{{end}}{{.}}{{end}}', 'x'],
    ['{{range .Objects}}{{.A}}{{$.Name}}{{end}}', '1web2web'],
    ['{{with .Empty}}a{{else with .Name}}{{.}}{{end}}', 'web'],
    ['{{if and .Name (not .Empty)}}yes{{end}}', 'yes'],
    ['{{or .Empty "default"}}', 'default'],
    ['{{.Label "x"}} {{"y" | .Label}}', 'label x label y'],
    ['a {{- .Name -}} b', 'awebb'],
    ['{{.Float}} {{.Big}} {{0x10}} {{true}}', '2.5 1e+21 16 true'],
    [
      '{{printf "%05d|%-5s|%5.1f|%x|%t|%v|%%|%c" 42 "ab" 2.24 255 true nil \'A\'}}',
      '00042|ab   |  2.2|ff|true|<nil>|%|A',
    ],
    ['{{len .List}}{{len .Name}}{{len .Map}}', '232'],
    ['{{slice .Name 1 2}}{{(index .Objects 1).A}}', 'e2'],
    ['{{eq 1 1}} {{ne "a" "b"}} {{lt 1 2}} {{gt "b" "a"}}', 'true true true true'],
    ['{{$x := .Name}}{{if true}}{{$x = "z"}}{{end}}{{$x}}', 'z'],
    ['{{block "b" .Name}}[{{.}}]{{end}}', '[web]'],
    ['{{`raw\\n`}}{{"\\t|\\u00e9"}}', 'raw\\n\t|é'],
  ])('%p', (source, expected) => {
    expect(compileTemplate(source).execute(data())).toBe(expected);
  });

  test.each([
    ['{{', 'template: :1: unclosed action'],
    ['{{nope}}', 'template: :1: function "nope" not defined'],
    ['\n{{$x}}', 'template: :2: undefined variable "$x"'],
    ['{{range .List}}', 'template: :1: unexpected EOF'],
    ['{{end}}', 'template: :1: unexpected {{end}}'],
  ])('%p cannot be read', (source, message) => {
    expect(() => compileTemplate(source)).toThrow(message);
  });

  test.each([
    ['{{.Nope}}', 'template: :1:2: executing "" at <.Nope>: can\'t evaluate field Nope in type struct {}'],
    ['{{.toString}}', "can't evaluate field toString in type struct {}"],
    ['{{.Struct.__proto__}}', "can't evaluate field __proto__ in type struct {}"],
    ['{{.Name.Foo}}', 'template: :1:7: executing "" at <.Name.Foo>: can\'t evaluate field Foo in type string'],
    [
      '{{index .List 5}}',
      'template: :1:2: executing "" at <index .List 5>: error calling index: index out of range: 5',
    ],
    ['{{.Label}}', 'template: :1:2: executing "" at <.Label>: wrong number of args for Label: want 1 got 0'],
    ['{{lt 1 "a"}}', 'error calling lt: incompatible types for comparison'],
  ])('%p fails', (source, message) => {
    expect(() => compileTemplate(source).execute(data())).toThrow(message);
  });

  test('a missing key may be an error', () => {
    const template = compileTemplate('{{.zz}}', { missingKeyIsError: true });
    expect(() => template.execute(new Map())).toThrow('map has no entry for key "zz"');
  });
});
