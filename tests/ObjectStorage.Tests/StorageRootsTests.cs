namespace Tideway.ObjectStorage.Tests;

public sealed class StorageRootsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly StorageRoots roots;

    public StorageRootsTests()
    {
        Directory.CreateDirectory(folder["lake/flights"]);
        Directory.CreateDirectory(folder["lake/inbound"]);
        Directory.CreateDirectory(folder["lake-2"]);
        Directory.CreateDirectory(folder["other"]);
        roots = new StorageRoots(Options(("lake", folder["lake"]), ("inbound", "file://" + folder["lake/inbound"])));
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_location_is_found_by_path_and_by_url()
    {
        var location = roots.Resolve(folder["lake/flights"]);

        location.RootName.ShouldBe("lake");
        location.RelativePath.ShouldBe("flights");
        location.Uri.AbsoluteUri.ShouldBe("file://" + folder["lake/flights"]);
        roots.Resolve("file://" + folder["lake/flights"] + "/").ShouldBe(location);
        roots.Resolve("FILE://localhost" + folder["lake"] + "//fl%69ghts").ShouldBe(location);
        roots.Resolve("file:" + folder["lake/flights"]).ShouldBe(location);
        roots.Locate("lake", "flights").ShouldBe(location);
    }

    [Fact]
    public void The_nearest_of_nested_roots_takes_a_location()
    {
        roots.Resolve(folder["lake/inbound/x"]).RootName.ShouldBe("inbound");
        roots.Resolve(folder["lake/inbound"]).RelativePath.ShouldBe("");
        roots.Resolve(folder["lake/inbound-2"]).RootName.ShouldBe("lake");
    }

    [Theory]
    [InlineData("other")]
    [InlineData("lake-2")]
    [InlineData("Lake/flights")]
    [InlineData("")]
    public void What_lies_in_no_root_is_refused(string relative) =>
        Refused(ObjectStorageError.OutsideRoots, () => roots.Resolve(Path.TrimEndingDirectorySeparator(folder[relative])));

    [Theory]
    [InlineData("{0}/lake/../other")]
    [InlineData("{0}/lake/flights/..")]
    [InlineData("{0}/lake/./flights")]
    [InlineData("file://{0}/lake/../other")]
    [InlineData("file://{0}/lake/%2e%2e/other")]
    [InlineData("file://{0}/lake/%2E./other")]
    [InlineData("file://{0}/lake%2f..%2fother")]
    [InlineData("file://{0}/lake%2Fflights")]
    [InlineData("file://{0}/lake%5cflights")]
    [InlineData("file://{0}/lake/a%00b")]
    [InlineData("{0}/lake/a\0b")]
    [InlineData("{0}\\lake\\flights")]
    [InlineData("file://{0}/lake/flights?x=1")]
    [InlineData("file://{0}/lake/flights#x")]
    [InlineData("file://remote{0}/lake/flights")]
    [InlineData("lake/flights")]
    [InlineData("")]
    [InlineData("file:lake")]
    [InlineData("file://")]
    public void A_location_that_is_not_plain_is_refused(string pattern) =>
        Refused(ObjectStorageError.InvalidKey, () => roots.Resolve(string.Format(null, pattern, folder.Path)));

    [Theory]
    [InlineData("hdfs://namenode/table")]
    [InlineData("ftp://example.com/t")]
    [InlineData("http://example.com/t")]
    public void Storage_of_an_unknown_kind_is_named_in_the_error(string location) =>
        Should
            .Throw<ObjectStorageException>(() => roots.Resolve(location))
            .Message.ShouldContain($"'{location[..location.IndexOf(':', StringComparison.Ordinal)]}' is not supported");

    [Fact]
    public void A_link_out_of_the_root_is_outside_and_a_link_into_it_is_inside()
    {
        Directory.CreateSymbolicLink(folder["lake/leak"], "../other");
        Directory.CreateSymbolicLink(folder["door"], "lake");

        Refused(ObjectStorageError.OutsideRoots, () => roots.Resolve(folder["lake/leak/table"]));
        Refused(ObjectStorageError.OutsideRoots, () => roots.Locate("lake", "leak/table"));
        roots.Resolve(folder["door/flights"]).ShouldBe(roots.Resolve(folder["lake/flights"]));
    }

    [Theory]
    [InlineData("..")]
    [InlineData("../other")]
    [InlineData("a/../../other")]
    [InlineData("/etc")]
    [InlineData("a\\b")]
    public void A_made_up_relative_path_does_not_leave_the_root(string relative)
    {
        Refused(ObjectStorageError.InvalidKey, () => roots.Locate("lake", relative));
        Refused(ObjectStorageError.InvalidKey, () => roots.Open(new StorageLocation("lake", relative, new Uri("file:///x"))));
    }

    [Fact]
    public void A_root_that_is_not_configured_is_refused() => Refused(ObjectStorageError.OutsideRoots, () => roots.Locate("nowhere", "x"));

    [Fact]
    public async Task An_opened_location_is_a_store_of_that_folder()
    {
        var store = roots.Open(roots.Resolve(folder["lake/new table"]));

        (await store.PutIfAbsentAsync("_delta_log/0.json", "{}"u8.ToArray())).ShouldBeTrue();

        File.Exists(folder["lake/new table/_delta_log/0.json"]).ShouldBeTrue();
    }

    [Fact]
    public void Bad_roots_stop_the_start()
    {
        Refused(ObjectStorageError.NotFound, () => new StorageRoots(Options(("a", folder["missing"]))));
        Refused(ObjectStorageError.InvalidKey, () => new StorageRoots(Options(("Upper", folder["lake"]))));
        Refused(ObjectStorageError.InvalidKey, () => new StorageRoots(Options(("a/b", folder["lake"]))));
        Refused(ObjectStorageError.InvalidKey, () => new StorageRoots(Options(("a", "s3://bucket"))));
        Refused(ObjectStorageError.InvalidKey, () => new StorageRoots(Options(("a", folder["lake"]), ("b", folder["lake"] + "/"))));
    }

    private static void Refused(ObjectStorageError error, Func<object> access) => Should.Throw<ObjectStorageException>(access).Error.ShouldBe(error);

    private static StorageRootOptions Options(params (string Name, string Location)[] roots) =>
        new() { Roots = roots.ToDictionary(root => root.Name, root => root.Location) };
}
