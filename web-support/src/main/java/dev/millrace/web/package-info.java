/** What every HTTP service has beside its own: problems, metrics, the actuator's port, the documentation. */
@NullMarked
package dev.millrace.web;

import org.jspecify.annotations.NullMarked;
