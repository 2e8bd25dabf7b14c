/** What all HTTP answers share: problems, the metrics page, the ports. */
@NullMarked
package dev.millrace.prediction.web;

import org.jspecify.annotations.NullMarked;
