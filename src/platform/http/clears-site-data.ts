import { Header } from '@nestjs/common';

/**
 * Has the browser forget what the origin of this server keeps there: for what ends the caller's own session (W3C Clear Site Data §3.1).
 * Not `cookies`: none are set, and the directive reaches those of every subdomain of the registrable domain, which are others'. Not
 * `executionContexts`: a reload in the middle of a sign-out is the page's to decide. Of success alone: whoever
 * is refused stays signed in (problem.ts takes it off). @control B7.3
 */
export const ClearsSiteData = (): MethodDecorator => Header('Clear-Site-Data', '"cache", "storage"');
