/** The description of everything that a service serves, for machines and for people. */
@NullMarked
package dev.millrace.web.openapi;

import org.jspecify.annotations.NullMarked;
