package dev.millrace.local.main;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZOutputStream;

class UnpackTests {
    @TempDir
    Path folder;

    @Test
    void keepsProgramsFilesAndLinks() throws IOException {
        Unpack.unpack(new ByteArrayInputStream(archive("bin/run")), folder);

        assertThat(folder.resolve("bin/run")).hasContent("hello").isExecutable();
        assertThat(folder.resolve("link")).isSymbolicLink();
    }

    @Test
    void refusesAnEntryOutsideTheFolder() throws IOException {
        byte[] bad = archive("../escaped");

        assertThatThrownBy(() -> Unpack.unpack(new ByteArrayInputStream(bad), folder))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("../escaped would land outside " + folder);
    }

    @Test
    void namesAMissingResource() {
        assertThatThrownBy(() -> Unpack.main(new String[] {"/nothing.txz", folder.toString()}))
                .hasMessageContaining("No /nothing.txz on the class path");
        assertThatThrownBy(() -> CopyResource.main(
                        new String[] {"/nothing", folder.resolve("x").toString()}))
                .hasMessageContaining("No /nothing on the class path");
    }

    @Test
    void copiesAProgram() throws IOException {
        Path target = folder.resolve("tools/program");

        CopyResource.main(new String[] {"/dev/millrace/local/servers.classpath", target.toString()});

        assertThat(target).isExecutable();
        assertThat(Files.size(target)).isPositive();
    }

    private static byte[] archive(String name) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var tar = new TarArchiveOutputStream(new XZOutputStream(bytes, new LZMA2Options()))) {
            var directory = new TarArchiveEntry("bin/");
            tar.putArchiveEntry(directory);
            tar.closeArchiveEntry();
            byte[] content = "hello".getBytes(StandardCharsets.UTF_8);
            var file = new TarArchiveEntry(name, true);
            file.setSize(content.length);
            file.setMode(0755);
            tar.putArchiveEntry(file);
            tar.write(content);
            tar.closeArchiveEntry();
            var link = new TarArchiveEntry("link", TarArchiveEntry.LF_SYMLINK);
            link.setLinkName("bin/run");
            tar.putArchiveEntry(link);
            tar.closeArchiveEntry();
        }
        return bytes.toByteArray();
    }
}
