import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { html } from './html.js';

describe('B18.3 markup of the console', () => {
  it.each([
    ['<script>alert(1)</script>', '&lt;script&gt;alert(1)&lt;/script&gt;'],
    ['" onload="x', '&quot; onload=&quot;x'],
    ["' x", '&#39; x'],
    ['&lt;', '&amp;lt;'],
  ])('takes %s for text', (text, escaped) => {
    expect(html`<b title="${text}">${text}</b>`.text).toBe(`<b title="${escaped}">${escaped}</b>`);
  });

  it('keeps what it has made itself', () => {
    const items = ['<', 'b'].map((text) => html`<li>${text}</li>`);
    expect(html`${items}${undefined}${7}`.text).toBe('<li>&lt;</li><li>b</li>7');
  });

  it('lets no text out of its place', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(html`${text}`.text).not.toMatch(/[<>"']/);
      }),
    );
  });
});
