package dev.millrace.prediction.features;

import io.lettuce.core.resource.NettyCustomizer;
import io.netty.channel.Channel;
import io.netty.handler.flush.FlushConsolidationHandler;

/**
 * Lets reads that several requests ask for at one time leave in one call of the kernel: what waits for the connection's thread
 * is all written before it is sent. A read that is alone leaves as it would have.
 */
final class SharedFlushes implements NettyCustomizer {

    /** No read waits for more than these before it. */
    private static final int MOST = 256;

    @Override
    public void afterChannelInitialized(Channel channel) {
        channel.pipeline().addFirst(new FlushConsolidationHandler(MOST, true));
    }
}
