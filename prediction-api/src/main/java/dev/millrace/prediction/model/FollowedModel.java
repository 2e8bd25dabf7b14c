package dev.millrace.prediction.model;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** One model's aliases, followed. Thread-safe. */
public final class FollowedModel {

    private final String name;
    private final Map<Alias, ModelFollower> followers = new EnumMap<>(Alias.class);
    private volatile Lineup lineup = Lineup.NOBODY;

    public FollowedModel(String name, Function<Alias, ModelFollower> followers) {
        this.name = name;
        for (Alias alias : Alias.values()) {
            this.followers.put(alias, followers.apply(alias));
        }
    }

    public String name() {
        return name;
    }

    /** The same one until a version changes. */
    public Lineup lineup() {
        return lineup;
    }

    void startFromCache() {
        champion().startFromCache();
        publish();
    }

    void follow() {
        followers.values().forEach(ModelFollower::follow);
        publish();
    }

    private void publish() {
        Lineup now = new Lineup(
                served(Alias.CHAMPION),
                served(Alias.CHALLENGER),
                served(Alias.SHADOW),
                champion().previous());
        if (!now.equals(lineup)) {
            lineup = now;
        }
    }

    private Optional<ServedModel> served(Alias alias) {
        return Optional.ofNullable(followers.get(alias)).flatMap(ModelFollower::served);
    }

    private ModelFollower champion() {
        ModelFollower champion = followers.get(Alias.CHAMPION);
        if (champion == null) {
            throw new IllegalStateException("every alias has a follower");
        }
        return champion;
    }

    /** What is wrong with any of them. */
    List<Reason> troubles() {
        List<Reason> troubles = followers.values().stream()
                .flatMap(follower -> follower.trouble().stream())
                .toList();
        return troubles.isEmpty() && lineup.champion().isEmpty()
                ? List.of(new Reason("model-loading", "the first version of " + name + " is not loaded yet"))
                : troubles;
    }
}
