// What a daemon tells beside the progress of a push that the user should know.

/** What the daemon sends along with the progress; keys as on the wire. */
interface PushAux {
  manifestPushedInsteadOfIndex?: boolean;
  originalIndex?: { digest?: string };
  selectedManifest?: { digest?: string };
  contentMissing?: boolean;
}

const missing = `You're trying to push a manifest list/index which \n\
\t\t\t\treferences multiple platform specific manifests, but not all of them are available locally
\t\t\t\tor available to the remote repository.

\t\t\t\tMake sure you have all the referenced content and try again.

\t\t\t\tYou can also push only a single platform specific manifest directly by specifying the platform you want to push with the --platform flag.`;

/** The notes one `aux` of a push stream gives rise to, in Docker's words; often none. */
export function pushNotes(aux: unknown): string[] {
  if (typeof aux !== 'object' || aux === null) return [];
  const said = aux as PushAux;
  const notes: string[] = [];
  if (said.manifestPushedInsteadOfIndex === true) {
    const from = `\x1b[31m${said.originalIndex?.digest ?? ''}\x1b[0m`;
    const to = `\x1b[32m${said.selectedManifest?.digest ?? ''}\x1b[0m`;
    notes.push(
      `Not all multiplatform-content is present and only the available single-platform image was pushed\n${from} -> ${to}`,
    );
  }
  if (said.contentMissing === true) notes.push(missing);
  return notes;
}
