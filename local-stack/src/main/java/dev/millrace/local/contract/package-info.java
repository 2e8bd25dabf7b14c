/** Whether a service keeps what its OpenAPI document says. */
@NullMarked
package dev.millrace.local.contract;

import org.jspecify.annotations.NullMarked;
