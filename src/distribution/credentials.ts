// Who somebody is to a registry.

/** What `docker login` stores and `X-Registry-Auth` carries. An identity token takes the place of the password. */
export interface Credentials {
  readonly username?: string;
  readonly password?: string;
  /** An OAuth2 refresh token the registry's token server gave for the password. */
  readonly identityToken?: string;
  /** A bearer token to send as it is. */
  readonly registryToken?: string;
}
