// Who uses a thing, without asking everybody.

/** Users by the name of what they use; what nobody uses takes no room. */
export class UsersIndex<User> {
  readonly #users = new Map<string, Set<User>>();

  add(name: string, user: User): void {
    this.#users.set(name, (this.#users.get(name) ?? new Set()).add(user));
  }

  delete(name: string, user: User): void {
    const users = this.#users.get(name);
    if (users?.delete(user) && users.size === 0) this.#users.delete(name);
  }

  /** In the order they came. */
  of(name: string): User[] {
    return [...(this.#users.get(name) ?? [])];
  }
}
