package dev.millrace.prediction.model;

import dev.millrace.feature.View;
import java.util.List;

/** What the stream keeps. */
@FunctionalInterface
public interface KeptViews {

    /**
     * Those of a model's views that the stream says it does not keep, or not in this version; none when it cannot be asked or
     * does not say.
     */
    List<View> missing(CompiledModel model);
}
