/** What had happened and what was known when: the platform's events and labels in the order in which they arrived. */
@NullMarked
package dev.millrace.training.history;

import org.jspecify.annotations.NullMarked;
