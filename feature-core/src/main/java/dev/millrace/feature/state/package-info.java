/** What is kept per view and entity, and its bytes. */
@NullMarked
package dev.millrace.feature.state;

import org.jspecify.annotations.NullMarked;
