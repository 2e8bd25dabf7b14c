package dev.millrace.forest;

import java.util.Arrays;
import java.util.stream.Collectors;

/** What a model was trained for, which decides what its scores are. */
public enum Objective {
    BINARY_LOGISTIC("binary:logistic", Link.LOGISTIC),
    /** Its base score is a margin. */
    BINARY_LOGITRAW("binary:logitraw", Link.IDENTITY),
    BINARY_HINGE("binary:hinge", Link.HINGE),
    SQUARED_ERROR("reg:squarederror", Link.IDENTITY),
    /** The name of {@link #SQUARED_ERROR} before XGBoost 1. */
    LINEAR("reg:linear", Link.IDENTITY),
    SQUARED_LOG_ERROR("reg:squaredlogerror", Link.IDENTITY),
    LOGISTIC("reg:logistic", Link.LOGISTIC),
    PSEUDO_HUBER_ERROR("reg:pseudohubererror", Link.IDENTITY),
    ABSOLUTE_ERROR("reg:absoluteerror", Link.IDENTITY),
    /** One output per quantile. */
    QUANTILE_ERROR("reg:quantileerror", Link.IDENTITY),
    GAMMA("reg:gamma", Link.LOG),
    TWEEDIE("reg:tweedie", Link.LOG),
    POISSON("count:poisson", Link.LOG),
    COX("survival:cox", Link.LOG),
    AFT("survival:aft", Link.LOG),
    SOFTMAX("multi:softmax", Link.GREATEST),
    SOFTPROB("multi:softprob", Link.SOFTMAX),
    RANK_PAIRWISE("rank:pairwise", Link.IDENTITY),
    RANK_NDCG("rank:ndcg", Link.IDENTITY),
    RANK_MAP("rank:map", Link.IDENTITY);

    private final String id;
    private final Link link;

    Objective(String id, Link link) {
        this.id = id;
        this.link = link;
    }

    /** XGBoost's name of this objective. */
    public String id() {
        return id;
    }

    Link link() {
        return link;
    }

    /** Whether a model has an output for each class. */
    boolean hasClasses() {
        return this == SOFTMAX || this == SOFTPROB;
    }

    static Objective of(String id) throws ModelFormatException {
        for (Objective objective : values()) {
            if (objective.id.equals(id)) {
                return objective;
            }
        }
        String known = Arrays.stream(values()).map(Objective::id).collect(Collectors.joining(", "));
        throw ModelFormatException.unsupported("one of the objectives " + known, "'" + id + "'");
    }
}
