/** How a tool authenticates to the API. Never printed. */
export type ApiCredential =
  | { readonly kind: 'client'; readonly clientId: string; readonly clientSecret: string }
  /** HTTP Basic, which only WSO2 Identity Server accepts. */
  | { readonly kind: 'user'; readonly username: string; readonly password: string };
