/** Who may call what: API keys and tokens, roles, use cases as tenants, and the filter before everything that is served. */
@NullMarked
package dev.millrace.web.security;

import org.jspecify.annotations.NullMarked;
