using Tideway.DeltaSharing.Client;
using Tideway.DeltaSharing.Client.Volumes;

namespace Tideway.DeltaSharing.Tests.Client;

public sealed class VolumeFolderTests : IDisposable
{
    private readonly string home = Directory.CreateTempSubdirectory("tideway-volume-").FullName;
    private readonly string outside;
    private readonly VolumeFolder folder;

    public VolumeFolderTests()
    {
        outside = Directory.CreateDirectory(Path.Combine(home, "outside")).FullName;
        folder = new VolumeFolder(Path.Combine(home, "in"));
    }

    public void Dispose() => Directory.Delete(home, recursive: true);

    [Fact]
    public void The_way_to_a_file_is_made()
    {
        folder.Prepare("a/b/c.txt").ShouldBe(Path.Combine(home, "in", "a", "b", "c.txt"));

        Directory.Exists(Path.Combine(home, "in", "a", "b")).ShouldBeTrue();
        folder.Prepare("a/b/c.txt").ShouldBe(Path.Combine(home, "in", "a", "b", "c.txt"));
    }

    [Theory]
    [InlineData("link/x")]
    [InlineData("link/deep/x")]
    [InlineData("real/link/x")]
    [InlineData("file")]
    [InlineData("dangling")]
    [InlineData("inner/x")]
    public void No_link_below_the_folder_is_followed(string path)
    {
        Directory.CreateDirectory(Path.Combine(folder.FullPath, "real"));
        Directory.CreateSymbolicLink(Path.Combine(folder.FullPath, "link"), outside);
        Directory.CreateSymbolicLink(Path.Combine(folder.FullPath, "real", "link"), "../../outside");
        Directory.CreateSymbolicLink(Path.Combine(folder.FullPath, "inner"), "real");
        File.WriteAllText(Path.Combine(outside, "kept"), "kept");
        File.CreateSymbolicLink(Path.Combine(folder.FullPath, "file"), Path.Combine(outside, "kept"));
        File.CreateSymbolicLink(Path.Combine(folder.FullPath, "dangling"), Path.Combine(outside, "none"));

        var failure = Should.Throw<DeltaSharingException>(() => folder.Prepare(path));

        failure.Error.ShouldBe(DeltaSharingError.LocalStorage);
        failure.Message.ShouldContain("is a link; nothing is written through a link");
        Directory.GetFileSystemEntries(outside).ShouldBe([Path.Combine(outside, "kept")]);
    }

    [Fact]
    public void What_is_there_of_the_other_kind_is_told()
    {
        Directory.CreateDirectory(Path.Combine(folder.FullPath, "folder"));
        File.WriteAllText(Path.Combine(folder.FullPath, "file"), "mine");

        Should.Throw<DeltaSharingException>(() => folder.Prepare("folder")).Message.ShouldEndWith("folder is a folder here.");
        Should.Throw<DeltaSharingException>(() => folder.Prepare("file/x")).Message.ShouldContain("file is a file here");
        Should.Throw<DeltaSharingException>(() => folder.Prepare("../x")).Error.ShouldBe(DeltaSharingError.MalformedAnswer);
        Should.Throw<DeltaSharingException>(() => folder.Prepare("a\ud800b")).Message.ShouldContain("not well-formed Unicode");
        folder.Prepare("a\ud83d\ude80b").ShouldEndWith("b");
    }
}
