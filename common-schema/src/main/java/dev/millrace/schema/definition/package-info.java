/** What a use case says: event types, views, features, models. Validated records, no behaviour of an engine. */
@NullMarked
package dev.millrace.schema.definition;

import org.jspecify.annotations.NullMarked;
