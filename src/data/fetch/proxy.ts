import { OptionError } from '../../errors';

/** The variables that name a proxy, the first that is set first; the names in small letters win, as in curl. */
const variables = {
  httpProxy: ['http_proxy', 'HTTP_PROXY', 'all_proxy', 'ALL_PROXY'],
  httpsProxy: ['https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY'],
};

/**
 * fetch() that goes through the proxies of HTTP_PROXY, HTTPS_PROXY and ALL_PROXY, except for the hosts of NO_PROXY:
 * Node's own fetch knows none of them. Throws OptionError for a proxy that is not an http or https address.
 */
export async function fetchByProxy(url: string, options: RequestInit): Promise<Response> {
  const proxies = { httpProxy: proxyOf(variables.httpProxy), httpsProxy: proxyOf(variables.httpsProxy) };
  // undici would send https addresses to the proxy of HTTP_PROXY where HTTPS_PROXY is not set; curl does not.
  if (!(url.startsWith('https:') ? proxies.httpsProxy : proxies.httpProxy)) return fetch(url, options);
  const undici = await import('undici');
  // An empty text means no proxy; many proxies refuse tunnels to plain http servers.
  const [httpProxy, httpsProxy] = [proxies.httpProxy ?? '', proxies.httpsProxy ?? ''];
  const dispatcher = new undici.EnvHttpProxyAgent({ httpProxy, httpsProxy, proxyTunnel: false });
  const response = await undici.fetch(url, { ...(options as import('undici').RequestInit), dispatcher });
  return response as unknown as Response;
}

function proxyOf(names: string[]): string | undefined {
  const name = names.find((each) => process.env[each]);
  if (!name) return undefined;
  const text = process.env[name]!;
  const address = /^[a-z][a-z\d+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  if (!/^https?:\/\/[^\s/]+\/?$/i.test(address))
    throw new OptionError(`${name} is "${text}"; use an address like http://host:3128, or unset it`);
  return address;
}
