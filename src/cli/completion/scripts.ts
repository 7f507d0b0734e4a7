// What a shell has to source so that it asks us for words: `PROGRAM __complete WORD… CURRENT` prints one word a line,
// a tab and what it means, and at last `:` and what to do besides (see `directives` in complete.ts).

export type Shell = 'bash' | 'fish' | 'powershell' | 'zsh';

/** The script for `program`. */
export function completionScript(shell: Shell, program: string, options: { descriptions: boolean }): string {
  // bash has no place to show what words mean.
  const ask = options.descriptions && shell !== 'bash' ? '__complete' : '__completeNoDesc';
  return scripts[shell].replaceAll('PROGRAM', program).replaceAll('ASK', ask);
}

const bash = `# bash completion for PROGRAM; source it.

_PROGRAM_complete() {
  local line=\${COMP_LINE:0:COMP_POINT} words=() current out directive value kept
  read -ra words <<<"$line"
  if [[ $line == *[[:space:]] ]]; then words+=(''); fi
  current=\${words[\${#words[@]}-1]}
  out=$("\${words[0]}" ASK "\${words[@]:1}" 2>/dev/null) || return
  directive=\${out##*:}
  out=\${out%:*}
  # bash replaces only what follows the last of its own word breaks.
  kept=
  if [[ $current == *:* && $COMP_WORDBREAKS == *:* ]]; then kept=\${current%"\${current##*:}"}; fi
  if [[ $current == *=* && $COMP_WORDBREAKS == *=* ]]; then
    local upto=\${current%"\${current##*=}"}
    if (( \${#upto} > \${#kept} )); then kept=$upto; fi
  fi
  COMPREPLY=()
  while IFS= read -r value; do
    if [[ -n $value && $value == "$current"* ]]; then COMPREPLY+=("\${value#"$kept"}"); fi
  done <<<"$out"
  if (( directive & 2 )); then compopt -o nospace; fi
  if (( directive & 32 )); then compopt -o nosort 2>/dev/null; fi
  if (( directive & 16 )); then
    compopt -o dirnames
  elif (( !(directive & 4) && \${#COMPREPLY[@]} == 0 )); then
    compopt -o default
  fi
}

complete -F _PROGRAM_complete PROGRAM
`;

const zsh = `#compdef PROGRAM
# zsh completion for PROGRAM; source it, or put it into $fpath as _PROGRAM.

_PROGRAM() {
  local out directive line
  local -a lines described
  out=$("\${words[1]}" ASK "\${(@)words[2,CURRENT]}" 2>/dev/null) || return 1
  directive=\${out##*:}
  lines=("\${(@f)\${out%:*}}")
  for line in $lines; do
    [[ -n $line ]] || continue
    # A colon parts the word from what it means.
    described+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
  done
  if (( \${#described} )); then
    local -a options
    (( directive & 2 )) && options+=(-S '')
    (( directive & 32 )) && options+=(-V)
    _describe -t words 'word' described $options
  elif (( directive & 16 )); then
    _files -/
  elif (( !(directive & 4) )); then
    _files
  fi
}

if [[ $funcstack[1] == _PROGRAM ]]; then _PROGRAM; else compdef _PROGRAM PROGRAM; fi
`;

const fish = `# fish completion for PROGRAM; source it.

function __PROGRAM_complete
  set -l words (commandline -opc)
  set -l current (commandline -ct)
  set -l out ($words[1] ASK $words[2..-1] "$current" 2>/dev/null)
  or return
  set -l directive (string sub -s 2 -- $out[-1])
  set -e out[-1]
  if test (count $out) -gt 0
    printf '%s\\n' $out
  else if test (math "bitand($directive, 16)") -ne 0
    __fish_complete_directories "$current"
  else if test (math "bitand($directive, 4)") -eq 0
    __fish_complete_path "$current"
  end
end

complete -c PROGRAM -e
complete -c PROGRAM -f -a '(__PROGRAM_complete)'
`;

const powershell = `# PowerShell completion for PROGRAM; run it.

Register-ArgumentCompleter -Native -CommandName 'PROGRAM' -ScriptBlock {
  param($WordToComplete, $CommandAst, $CursorPosition)
  $Words = @($CommandAst.CommandElements | ForEach-Object { "$_" })
  $Before = if ($Words.Count -gt 1) { @($Words[1..($Words.Count - 1)]) } else { @() }
  if ($WordToComplete -eq '') { $Before += '' }
  $Lines = @(& $Words[0] ASK @Before 2>$null)
  $Lines | Select-Object -SkipLast 1 | ForEach-Object {
    $Word, $Meaning = $_ -split "\`t", 2
    if (-not $Meaning) { $Meaning = $Word }
    if ($Word -like "$WordToComplete*") {
      [System.Management.Automation.CompletionResult]::new($Word, $Word, 'ParameterValue', $Meaning)
    }
  }
}
`;

const scripts: Readonly<Record<Shell, string>> = { bash, fish, powershell, zsh };
