using System.Diagnostics;
using Tideway.ObjectStorage.Local;

namespace Tideway.ObjectStorage.Tests.Local;

/// <summary>Runs on a real file system of 256 KiB where the process may mount one.</summary>
public sealed class FullDiskTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly bool mounted;

    public FullDiskTests() => mounted = OperatingSystem.IsLinux() && Run("mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", folder.Path);

    public void Dispose()
    {
        if (mounted)
            Run("umount", folder.Path).ShouldBeTrue();
        folder.Dispose();
    }

    [Fact]
    public async Task A_full_disk_is_told_apart_and_nothing_half_written_stays()
    {
        Assert.SkipUnless(mounted, "Mounting a small file system needs Linux and root.");
        var store = new LocalObjectStore(folder["table"]);
        await store.PutAsync("kept", new MemoryStream(new byte[100_000]));

        foreach (
            var attempt in (Func<Task>[])
                [
                    () => store.PutAsync("big", new MemoryStream(new byte[1_000_000])),
                    () => store.PutIfAbsentAsync("big", new byte[1_000_000]),
                    () => store.PutAsync("kept", new MemoryStream(new byte[1_000_000])),
                ]
        )
        {
            (await Should.ThrowAsync<ObjectStorageException>(attempt)).Error.ShouldBe(ObjectStorageError.OutOfSpace);
        }

        (await store.ListAsync("").ToListAsync()).Select(info => (info.Key, info.Size)).ShouldBe([("kept", 100_000L)]);
        Directory.GetFiles(folder["table"]).Length.ShouldBe(1);
        (await store.PutIfAbsentAsync("small", new byte[50_000])).ShouldBeTrue();
    }

    [Fact]
    public void The_systems_own_report_of_a_full_device_is_recognised()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "There is no /dev/full.");
        using var device = File.OpenHandle("/dev/full", FileMode.Open, FileAccess.Write);

        var exception = Should.Throw<IOException>(() => RandomAccess.Write(device, new byte[10], 0));

        LocalFailure.Translate(exception, "write", "/dev/full").Error.ShouldBe(ObjectStorageError.OutOfSpace);
    }

    private static bool Run(string command, params string[] arguments)
    {
        using var process = Process.Start(
            new ProcessStartInfo(command, arguments)
            {
                UseShellExecute = false,
                RedirectStandardError = true,
                RedirectStandardOutput = true,
            }
        );
        process!.WaitForExit();
        return process.ExitCode == 0;
    }
}
