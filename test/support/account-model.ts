/** What an account, its links and its sessions do, as a model: test/e2e/account-states.test.ts compares the application with it. */

/** Addresses and passwords are numbers here. */
export interface Account {
  email: number;
  password: number;
}
export interface Link {
  readonly purpose: 'sign-up' | 'reset' | 'change-email';
  /** Whom it was mailed to. */
  readonly email: number;
  readonly password?: number;
  readonly account?: Account;
  isOut: boolean;
}
export interface Session {
  readonly account: Account;
  isLive: boolean;
}
export interface Model {
  readonly accounts: Account[];
  readonly links: Link[];
  readonly sessions: Session[];
}

export const accountAt = ({ accounts }: Model, email: number) => accounts.find((account) => account.email === email);

export function voidLinks(model: Model, account: Account, purpose?: Link['purpose']): void {
  for (const link of model.links)
    if (link.account === account && (purpose === undefined || link.purpose === purpose)) link.isOut = false;
}

export function setPassword(model: Model, account: Account, password: number): void {
  account.password = password;
  voidLinks(model, account);
  for (const session of model.sessions) if (session.account === account) session.isLive = false;
}

/** What the link does when it is used to confirm an address; undefined when it is no good for that. */
export function confirmation(
  model: Model,
  { purpose, email, password = 0, account, isOut }: Link,
): (() => void) | undefined {
  if (!isOut || accountAt(model, email) !== undefined) return undefined;
  if (purpose === 'sign-up') return () => model.accounts.push({ email, password });
  if (purpose === 'reset' || account === undefined) return undefined;
  return () => {
    account.email = email;
    voidLinks(model, account);
  };
}
