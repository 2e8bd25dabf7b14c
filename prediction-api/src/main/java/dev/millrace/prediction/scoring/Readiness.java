package dev.millrace.prediction.scoring;

import dev.millrace.prediction.model.FollowedModels;
import dev.millrace.prediction.web.Drain;

/** Whether callers are to be sent here. Health and both forms of the Open Inference Protocol say the same. */
public final class Readiness {

    private final FollowedModels models;
    private final WarmUpOverHttp warmUp;
    private final Drain drain;

    public Readiness(FollowedModels models, WarmUpOverHttp warmUp, Drain drain) {
        this.models = models;
        this.warmUp = warmUp;
        this.drain = drain;
    }

    /** {@code ok}, or what is in the way: {@code stopping}, {@code no-model} or {@code warming-up}. */
    public String status() {
        return drain.isOn()
                ? "stopping"
                : models.served().isEmpty() ? "no-model" : warmUp.isOver() ? "ok" : "warming-up";
    }

    public boolean isReady() {
        return status().equals("ok");
    }

    /** The same of one model, which has to be loaded itself: one that this service knows. */
    boolean isReady(String model) {
        return isReady() && models.served(model).isPresent();
    }
}
