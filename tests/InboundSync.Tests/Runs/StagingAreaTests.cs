using Microsoft.Extensions.Options;
using Tideway.InboundSync.Runs;
using Tideway.InboundSync.Tests.Support;

namespace Tideway.InboundSync.Tests.Runs;

public sealed class StagingAreaTests : IDisposable
{
    private readonly TempFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void What_ended_processes_left_is_removed_at_start()
    {
        var left = folder.Sub("process-00000000000000000000000000000001/some-sync");
        File.WriteAllText(Path.Combine(left, "part.parquet"), "rows");
        File.WriteAllText(Path.GetDirectoryName(left) + ".lock", "");

        using var area = Open();

        Directory.Exists(Path.GetDirectoryName(left)).ShouldBeFalse();
        Directory.GetFileSystemEntries(folder.Path).Length.ShouldBe(2);
    }

    [Fact]
    public void What_a_living_process_has_is_left_alone()
    {
        using var one = Open();
        var file = Path.Combine(one.FolderOf(Guid.CreateVersion7()), "part.parquet");
        File.WriteAllText(file, "rows");

        using var two = Open();

        File.Exists(file).ShouldBeTrue();
        two.Folder.ShouldNotBe(one.Folder);
    }

    [Fact]
    public void Files_of_others_are_left_alone()
    {
        var foreign = Path.Combine(folder.Sub("photos"), "cat.jpg");
        File.WriteAllText(foreign, "miaow");

        using var area = Open();

        File.Exists(foreign).ShouldBeTrue();
    }

    [Fact]
    public void The_folder_of_a_sync_goes_when_it_is_cleared_and_all_at_the_end()
    {
        var area = Open();
        var sync = Guid.CreateVersion7();
        var path = area.FolderOf(sync);
        area.FolderOf(sync).ShouldBe(path);

        area.Clear(sync);
        Directory.Exists(path).ShouldBeFalse();
        area.Clear(sync);

        area.Dispose();
        Directory.GetFileSystemEntries(folder.Path).ShouldBeEmpty();
    }

    private StagingArea Open() => new(Options.Create(new SyncOptions { StagingFolder = folder.Path }));
}
