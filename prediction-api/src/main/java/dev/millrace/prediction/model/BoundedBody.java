package dev.millrace.prediction.model;

import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.BodySubscribers;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/** A body of which no more is taken than tells that it is too long: then it is a little longer than the bound. */
final class BoundedBody implements BodySubscriber<byte[]> {

    private final long most;
    private final BodySubscriber<byte[]> bytes = BodySubscribers.ofByteArray();
    private Flow.@Nullable Subscription subscription;
    private long taken;

    BoundedBody(long most) {
        this.most = most;
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
        this.subscription = subscription;
        bytes.onSubscribe(subscription);
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
        if (taken > most) {
            return;
        }
        taken += buffers.stream().mapToLong(ByteBuffer::remaining).sum();
        bytes.onNext(buffers);
        if (taken > most) {
            if (subscription != null) {
                subscription.cancel();
            }
            bytes.onComplete();
        }
    }

    @Override
    public void onError(Throwable failure) {
        bytes.onError(failure);
    }

    @Override
    public void onComplete() {
        if (taken <= most) {
            bytes.onComplete();
        }
    }

    @Override
    public CompletionStage<byte[]> getBody() {
        return bytes.getBody();
    }
}
