import assert from 'node:assert/strict';
import { test } from 'node:test';
import { escapeHtml, renderLandingPage } from '../../../../instrumentation/http/landing-page.ts';
import { get } from './http-client.ts';
import { serve } from './serve.ts';

test('text is escaped for content and attributes', () => {
  assert.equal(escapeHtml(`<b title="x">'&amp;'</b>`), '&lt;b title=&quot;x&quot;&gt;&#39;&amp;amp;&#39;&lt;/b&gt;');
});

test('nothing that a page is given gets into it unescaped', () => {
  const evil = `"'><script>alert(1)</script>`;
  const html = renderLandingPage({
    title: evil,
    description: evil,
    version: evil,
    links: [{ path: evil, text: evil }],
  });
  assert.ok(!html.includes('<script'));
  assert.equal(html.split(escapeHtml(evil)).length - 1, 6, 'title twice, description, version, path, text');
});

test('/ shows what is served, under a policy that loads nothing', async (t) => {
  const { port } = await serve(t, { title: 'My <exporter>', links: [{ path: 'https://example.com/', text: 'Docs' }] });
  const reply = await get(port, '/');
  const html = reply.body.toString();
  assert.equal(reply.status, 200);
  assert.equal(reply.headers['content-type'], 'text/html; charset=utf-8');
  assert.equal(reply.headers['content-security-policy'], "default-src 'none'; style-src 'unsafe-inline'");
  assert.equal(reply.headers['x-content-type-options'], 'nosniff');
  for (const part of ['My &lt;exporter&gt;', '1.2.3', 'href="/metrics"', 'href="/-/ready"', 'https://example.com/']) {
    assert.ok(html.includes(part), part);
  }
});

test('/ does not offer /metrics where there are none', async (t) => {
  const { port } = await serve(t, { page: undefined });
  const reply = await get(port, '/');
  assert.equal(reply.status, 200);
  assert.ok(!reply.body.includes('/metrics'));
});
