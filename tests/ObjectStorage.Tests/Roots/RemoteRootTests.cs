namespace Tideway.ObjectStorage.Tests.Roots;

public sealed class RemoteRootTests
{
    private static readonly StorageAccessOptions S3 = new()
    {
        Region = "eu-central-1",
        AccessKeyId = "id",
        SecretAccessKey = "secret",
    };
    private static readonly StorageAccessOptions Azure = new() { AccountKey = "c2VjcmV0" };

    [Theory]
    [InlineData("s3://bucket/lake/flights", "flights")]
    [InlineData("s3a://bucket/lake/flights/", "flights")]
    [InlineData("s3n://bucket/lake", "")]
    [InlineData("s3://bucket/lake/a%20b/c", "a b/c")]
    [InlineData("S3://bucket/lake/x", "x")]
    public void A_location_in_a_bucket_lies_in_its_root(string location, string path)
    {
        using var roots = Roots("s3://bucket/lake", S3);

        var found = roots.Resolve(location);

        found.RootName.ShouldBe("root");
        found.RelativePath.ShouldBe(path);
        found.ShouldBe(roots.Locate("root", path));
        roots.Resolve(found.Uri.AbsoluteUri).ShouldBe(found);
        roots.Open(found).Root.ShouldBe(found.Uri);
    }

    [Theory]
    [InlineData("s3://bucket/lake-2/x")]
    [InlineData("s3://bucket/")]
    [InlineData("s3://bucket-2/lake/x")]
    [InlineData("gs://bucket/lake/x")]
    [InlineData("az://bucket/lake/x")]
    [InlineData("/lake/x")]
    public void What_lies_in_no_root_cannot_be_opened(string location)
    {
        using var roots = Roots("s3://bucket/lake", S3);

        Should.Throw<ObjectStorageException>(() => roots.Resolve(location)).Error.ShouldBe(ObjectStorageError.OutsideRoots);
    }

    [Theory]
    [InlineData("s3://bucket/lake/../other")]
    [InlineData("s3://bucket/lake/%2e%2e/other")]
    [InlineData("s3://bucket/lake/a%2fb")]
    [InlineData("s3://bucket/lake//x")]
    [InlineData("s3://bucket/lake?versionId=1")]
    [InlineData("s3://bucket/lake#x")]
    [InlineData("s3:bucket/lake")]
    [InlineData("s3://Bucket/lake")]
    [InlineData("s3://user@bucket/lake")]
    [InlineData("s3://bucket:80/lake")]
    [InlineData("s3:///lake")]
    [InlineData("abfss://container/x")]
    [InlineData("abfss://container@evil.example.com/x")]
    [InlineData("http://bucket/lake/x")]
    [InlineData("hdfs://bucket/lake/x")]
    public void A_malformed_location_is_refused(string location)
    {
        using var roots = Roots("s3://bucket/lake", S3);

        Should.Throw<ObjectStorageException>(() => roots.Resolve(location)).Error.ShouldBe(ObjectStorageError.InvalidKey);
    }

    [Theory]
    [InlineData("abfss://data@acme.dfs.core.windows.net/lake/x")]
    [InlineData("abfs://data@acme.dfs.core.windows.net/lake/x")]
    [InlineData("wasbs://data@acme.blob.core.windows.net/lake/x")]
    [InlineData("WASBS://data@ACME.blob.core.windows.net/lake/x")]
    public void The_names_that_one_container_goes_by_are_one_place(string location)
    {
        using var roots = Roots("abfss://data@acme.dfs.core.windows.net/lake", Azure);

        roots.Resolve(location).ShouldBe(new StorageLocation("root", "x", new Uri("abfss://data@acme.dfs.core.windows.net/lake/x")));
        Should
            .Throw<ObjectStorageException>(() => roots.Resolve("abfss://data@other.dfs.core.windows.net/lake/x"))
            .Error.ShouldBe(ObjectStorageError.OutsideRoots);
    }

    [Fact]
    public void An_account_may_be_configured_instead_of_named()
    {
        using var roots = Roots("az://data/lake", new StorageAccessOptions { Account = "acme", AccountKey = "c2VjcmV0" });

        roots.Resolve("az://data/lake/x").Uri.ShouldBe(new Uri("az://data/lake/x"));
        roots.Open(roots.Resolve("az://data/lake/x")).Root.ShouldBe(new Uri("az://data@acme/lake/x"));
        roots.Resolve("az://data@acme/lake/x").ShouldBe(roots.Resolve("az://data/lake/x"));
        Should.Throw<ObjectStorageException>(() => roots.Resolve("az://data@other/lake/x")).Error.ShouldBe(ObjectStorageError.OutsideRoots);
        Should.Throw<ObjectStorageException>(() => roots.Resolve("az://data@acme.net/lake/x")).Message.ShouldContain("storage account");
        roots.FindRemote("root")!.Sign("", "x", TimeSpan.FromHours(1)).Url.ShouldStartWith("https://acme.blob.core.windows.net/data/lake/x?sp=r&");
    }

    [Fact]
    public void The_nearest_of_nested_roots_takes_a_location()
    {
        using var roots = new StorageRoots(
            new StorageRootOptions { Roots = { ["outer"] = "s3://bucket", ["inner"] = "s3://bucket/lake" }, Access = { ["outer"] = S3, ["inner"] = S3 } }
        );

        roots.Resolve("s3://bucket/lake/x").RootName.ShouldBe("inner");
        roots.Resolve("s3://bucket/other").RootName.ShouldBe("outer");
    }

    [Fact]
    public void The_folders_around_a_location_go_on_beyond_its_own_root_in_those_around_it()
    {
        using var roots = new StorageRoots(
            new StorageRootOptions
            {
                Roots =
                {
                    ["outer"] = "s3a://bucket/data",
                    ["inner"] = "s3://bucket/data/lake/deep",
                    ["beside"] = "s3://bucket/other",
                },
                Access =
                {
                    ["outer"] = S3,
                    ["inner"] = S3,
                    ["beside"] = S3,
                },
            }
        );

        roots
            .Enclosing(roots.Resolve("s3://bucket/data/lake/deep/x"))
            .Select(folder => $"{folder.RootName}:{folder.RelativePath}")
            .ShouldBe(["inner:x", "inner:", "outer:lake", "outer:"]);
        roots.Enclosing(roots.Locate("beside", "")).ShouldBe([roots.Locate("beside", "")]);
    }

    [Fact]
    public void The_folders_around_one_of_a_local_disk_go_on_as_well()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["lake/deep/x"]);
        using var roots = new StorageRoots(new StorageRootOptions { Roots = { ["outer"] = folder.Path, ["inner"] = folder["lake/deep"] } });

        roots
            .Enclosing(roots.Resolve(folder["lake/deep/x"]))
            .Select(found => $"{found.RootName}:{found.RelativePath}")
            .ShouldBe(["inner:x", "inner:", "outer:lake", "outer:"]);
    }

    [Fact]
    public void Local_and_remote_roots_stand_side_by_side()
    {
        using var folder = new TemporaryFolder();
        using var roots = new StorageRoots(
            new StorageRootOptions { Roots = { ["disk"] = folder.Path, ["cloud"] = "s3://bucket" }, Access = { ["cloud"] = S3 } }
        );

        roots.Resolve(folder["x"]).RootName.ShouldBe("disk");
        roots.Resolve("s3://bucket/x").RootName.ShouldBe("cloud");
        roots.Names.ShouldBe(["disk", "cloud"], ignoreOrder: true);
        roots.FindTemporaryCredentials("disk").ShouldBeNull();
        roots.FindTemporaryCredentials("cloud").ShouldBeNull();
    }

    [Theory]
    [InlineData("s3://bucket", "AccountKey", "takes no AccountKey")]
    [InlineData("s3://bucket", "PartialKeys", "AccessKeyId and SecretAccessKey both")]
    [InlineData("s3://bucket", "Ftp", "expected Endpoint to be an http or https URL")]
    [InlineData("s3://bucket", "UserInfo", "expected Endpoint to be an http or https URL")]
    [InlineData("s3://bucket", "ShortSession", "expected WebIdentityLifetime to be from 15 minutes to 12 hours, got 00:14:59")]
    [InlineData("s3://bucket", "LongSession", "expected WebIdentityLifetime to be from 15 minutes to 12 hours, got 12:00:01")]
    [InlineData("s3://bucket", "OtherSession", "WebIdentityLifetime is of no use with AccessKeyId, Profile or CredentialsFile")]
    [InlineData("gs://bucket", "LongSession", "takes no Region, WebIdentityLifetime, only")]
    [InlineData("abfss://data@acme.dfs.core.windows.net", "NoSecret", "has no credentials")]
    [InlineData("abfss://data@acme.dfs.core.windows.net", "OtherAccount", "names the account 'acme'")]
    [InlineData("az://data", "AccountKey", "names no storage account")]
    [InlineData("abfss://data@acme.dfs.core.windows.net", "BadKey", "in base64")]
    [InlineData("gs://bucket", "NoFile", "cannot be read")]
    public void Settings_that_do_not_fit_are_refused_at_the_start(string location, string which, string fault)
    {
        var options = which switch
        {
            "AccountKey" => new StorageAccessOptions { AccountKey = "c2VjcmV0" },
            "PartialKeys" => new StorageAccessOptions { Region = "x", AccessKeyId = "id" },
            "Ftp" => new StorageAccessOptions { Endpoint = new Uri("ftp://x") },
            "UserInfo" => new StorageAccessOptions { Endpoint = new Uri("https://user:secret@x") },
            "ShortSession" => new StorageAccessOptions { Region = "x", WebIdentityLifetime = TimeSpan.FromSeconds(899) },
            "LongSession" => new StorageAccessOptions { Region = "x", WebIdentityLifetime = TimeSpan.FromSeconds(43201) },
            "OtherSession" => new StorageAccessOptions
            {
                Region = "x",
                Profile = "lake",
                WebIdentityLifetime = TimeSpan.FromHours(2),
            },
            "OtherAccount" => new StorageAccessOptions { Account = "other", AccountKey = "c2VjcmV0" },
            "BadKey" => new StorageAccessOptions { AccountKey = "not base64!" },
            "NoFile" => new StorageAccessOptions { ServiceAccountFile = "/nowhere/key.json" },
            _ => new StorageAccessOptions { TenantId = "tenant", ClientId = "client" },
        };

        Should.Throw<ObjectStorageException>(() => Roots(location, options)).Message.ShouldContain(fault);
    }

    [Fact]
    public void Settings_of_what_is_no_root_or_a_local_one_are_refused()
    {
        using var folder = new TemporaryFolder();

        Should.Throw<ObjectStorageException>(() => new StorageRoots(new StorageRootOptions { Access = { ["stray"] = S3 } })).Message.ShouldContain("'stray'");
        Should
            .Throw<ObjectStorageException>(() => new StorageRoots(new StorageRootOptions { Roots = { ["disk"] = folder.Path }, Access = { ["disk"] = S3 } }))
            .Message.ShouldContain("local folder");
        Should
            .Throw<ObjectStorageException>(() =>
                new StorageRoots(new StorageRootOptions { Roots = { ["a"] = "s3://bucket/x", ["b"] = "s3a://bucket/x/" }, Access = { ["a"] = S3, ["b"] = S3 } })
            )
            .Message.ShouldContain("same place");
    }

    [Theory]
    [InlineData("eu-central-1", null, "https://bucket.s3.eu-central-1.amazonaws.com/lake/x?")]
    [InlineData("cn-north-1", null, "https://bucket.s3.cn-north-1.amazonaws.com.cn/lake/x?")]
    [InlineData("eu-central-1", true, "https://s3.eu-central-1.amazonaws.com/bucket/lake/x?")]
    public void Addresses_are_those_of_the_region(string region, bool? isPathStyle, string start)
    {
        using var roots = Roots(
            "s3://bucket/lake",
            new StorageAccessOptions
            {
                Region = region,
                PathStyle = isPathStyle,
                AccessKeyId = "id",
                SecretAccessKey = "secret",
            }
        );

        roots.FindRemote("root")!.Sign("", "x", TimeSpan.FromHours(1)).Url.ShouldStartWith(start);
    }

    [Fact]
    public void An_address_states_no_later_time_than_the_temporary_credentials_end()
    {
        var end = DateTimeOffset.FromUnixTimeSeconds(TimeProvider.System.GetUtcNow().AddMinutes(10).ToUnixTimeSeconds());

        using var roots = Roots("s3://bucket/lake", Temporary(end.AddMilliseconds(700)));
        var root = roots.FindRemote("root")!;

        root.Sign("", "x", TimeSpan.FromHours(1)).ExpiresAt.ShouldBe(end);
        root.Sign("", "x", TimeSpan.FromMinutes(1)).ExpiresAt.ShouldBeLessThan(end);
        using var ended = Roots("s3://bucket/lake", Temporary(end.AddHours(-1)));
        Should
            .Throw<ObjectStorageException>(() => ended.FindRemote("root")!.Sign("", "x", TimeSpan.FromHours(1)))
            .Message.ShouldContain("the temporary credentials ended at");

        static StorageAccessOptions Temporary(DateTimeOffset end) =>
            new()
            {
                Region = "eu-central-1",
                AccessKeyId = "id",
                SecretAccessKey = "secret",
                SessionToken = "token",
                SessionExpiresAt = end,
            };
    }

    [Theory]
    [InlineData("s3://bucket/lake", "http://[::1]:9000", "http://[::1]:9000/bucket/lake/x?")]
    [InlineData("s3://bucket/lake", "https://[fd00::7]", "https://[fd00::7]/bucket/lake/x?")]
    [InlineData("abfss://data@acme.dfs.core.windows.net/lake", "http://[::1]:10000/acme", "http://[::1]:10000/acme/data/lake/x?")]
    public void The_address_of_a_store_may_be_one_of_ip_version_6(string location, string endpoint, string start)
    {
        var options = location.StartsWith("s3", StringComparison.Ordinal)
            ? new StorageAccessOptions { AccessKeyId = "id", SecretAccessKey = "secret" }
            : new StorageAccessOptions { AccountKey = "c2VjcmV0" };
        options.Endpoint = new Uri(endpoint);
        using var roots = Roots(location, options);

        roots.FindRemote("root")!.Sign("", "x", TimeSpan.FromHours(1)).Url.ShouldStartWith(start);
    }

    [Fact]
    public void A_bucket_cannot_be_part_of_a_host_that_is_an_address() =>
        Should
            .Throw<ObjectStorageException>(() =>
                Roots(
                    "s3://bucket",
                    new StorageAccessOptions
                    {
                        Endpoint = new Uri("http://[::1]:9000"),
                        PathStyle = false,
                        AccessKeyId = "id",
                        SecretAccessKey = "secret",
                    }
                )
            )
            .Message.ShouldContain("PathStyle");

    [Theory]
    [InlineData("abfss://data@other.dfs.core.windows.net/lake/x")]
    [InlineData("wasbs://data@other.blob.core.windows.net/lake/x")]
    [InlineData("abfss://data@acme.dfs.core.chinacloudapi.cn/lake/x", "abfss://data@acme.dfs.core.windows.net/lake")]
    public void A_container_of_the_same_name_in_another_account_is_another_place(string location, string root = "az://data/lake")
    {
        var options = new StorageAccessOptions { Account = "acme", AccountKey = "c2VjcmV0" };
        using var roots = Roots(root, options);

        Should.Throw<ObjectStorageException>(() => roots.Resolve(location)).Error.ShouldBe(ObjectStorageError.OutsideRoots);
    }

    [Fact]
    public void A_location_that_names_the_account_of_a_root_lies_in_it_and_one_that_names_none_where_there_is_one_account()
    {
        using var roots = Roots("az://data/lake", new StorageAccessOptions { Account = "acme", AccountKey = "c2VjcmV0" });

        roots.Resolve("abfss://data@acme.dfs.core.windows.net/lake/x").RelativePath.ShouldBe("x");
        roots.Resolve("az://data/lake/x").RelativePath.ShouldBe("x");
    }

    [Fact]
    public void A_location_without_an_account_that_could_be_in_two_is_refused()
    {
        using var roots = new StorageRoots(
            new StorageRootOptions
            {
                Roots = { ["a"] = "abfss://data@acme.dfs.core.windows.net/lake", ["b"] = "abfss://data@other.dfs.core.windows.net" },
                Access = { ["a"] = Azure, ["b"] = Azure },
            }
        );

        Should.Throw<ObjectStorageException>(() => roots.Resolve("az://data/lake/x")).Message.ShouldContain("names no storage account");
        roots.Resolve("az://data/elsewhere").RootName.ShouldBe("b");
        roots.Resolve("abfss://data@other.dfs.core.windows.net/lake/x").RootName.ShouldBe("b");
    }

    [Fact]
    public void Roots_whose_addresses_do_not_tell_their_accounts_apart_are_refused()
    {
        var acme = new StorageAccessOptions { Account = "acme", AccountKey = "c2VjcmV0" };
        var other = new StorageAccessOptions { Account = "other", AccountKey = "c2VjcmV0" };

        Should
            .Throw<ObjectStorageException>(() =>
                new StorageRoots(new StorageRootOptions { Roots = { ["a"] = "az://data/lake", ["b"] = "az://data" }, Access = { ["a"] = acme, ["b"] = other } })
            )
            .Message.ShouldContain("name the account");
        using var fine = new StorageRoots(
            new StorageRootOptions
            {
                Roots = { ["a"] = "az://data/lake", ["b"] = "abfss://data@other.dfs.core.windows.net/lake" },
                Access = { ["a"] = acme, ["b"] = Azure },
            }
        );
        fine.Resolve("az://data/lake/x").RootName.ShouldBe("a");
        fine.Resolve("abfss://data@other.dfs.core.windows.net/lake/x").RootName.ShouldBe("b");
    }

    private static StorageRoots Roots(string location, StorageAccessOptions options) =>
        new(new StorageRootOptions { Roots = { ["root"] = location }, Access = { ["root"] = options } });
}
