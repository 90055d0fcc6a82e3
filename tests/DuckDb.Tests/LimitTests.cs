namespace Tideway.DuckDb.Tests;

public sealed class LimitTests
{
    private const long Megabyte = 1024 * 1024;
    private const string Large = "SELECT i, repeat('x', 200) || hash(i) AS s FROM range(1000000) t(i) ORDER BY s";

    [Fact]
    public void Exceeding_the_memory_limit_is_an_error_and_the_database_lives_on()
    {
        using var session = new Session(new DuckDbOptions { MemoryLimitBytes = 40 * Megabyte, Threads = 2 });

        Should.Throw<DuckDbException>(() => session.Connection.Execute(Large)).Error.ShouldBe(DuckDbError.OutOfMemory);
        session.Value("SELECT 1").ShouldBe(1);
    }

    [Fact]
    public void A_query_spills_into_the_temporary_folder_and_leaves_nothing_there()
    {
        using var folder = new TemporaryFolder();
        using (
            var session = new Session(
                new DuckDbOptions
                {
                    MemoryLimitBytes = 60 * Megabyte,
                    Threads = 1,
                    TempDirectory = folder.File("spill"),
                }
            )
        )
        {
            session.Connection.Execute("SET preserve_insertion_order = false");
            using var result = session.Connection.Query(Large);
            result.FetchChunk().ShouldNotBeNull().Dispose();
            Directory.GetFiles(folder.File("spill")).ShouldNotBeEmpty();
        }

        Directory.Exists(folder.File("spill")).ShouldBeFalse();
    }

    [Fact]
    public void The_limit_of_the_temporary_folder_holds()
    {
        using var folder = new TemporaryFolder();
        using var session = new Session(
            new DuckDbOptions
            {
                MemoryLimitBytes = 40 * Megabyte,
                Threads = 1,
                TempDirectory = folder.File("spill"),
                MaxTempDirectoryBytes = 10 * Megabyte,
            }
        );

        Should.Throw<DuckDbException>(() => session.Connection.Execute(Large)).Error.ShouldBe(DuckDbError.OutOfMemory);
    }

    [Fact]
    public void The_time_zone_is_utc_in_every_session()
    {
        using var database = DuckDbDatabase.Open();
        using var one = database.Connect();
        using var two = database.Connect();

        one.Scalar<string>("SELECT current_setting('TimeZone')").ShouldBe("UTC");
        two.Scalar<string>("SELECT (TIMESTAMPTZ '2024-06-01 12:00:00+02')::VARCHAR").ShouldBe("2024-06-01 10:00:00+00");
    }

    [Fact]
    public void Options_reach_the_database()
    {
        using var session = new Session(
            new DuckDbOptions
            {
                Threads = 3,
                MemoryLimitBytes = 256 * Megabyte,
                PreserveInsertionOrder = false,
            }
        );

        session.Value("SELECT current_setting('threads')").ShouldBe(3L);
        session.Value("SELECT current_setting('memory_limit')").ShouldBe("256.0 MiB");
        session.Value("SELECT current_setting('preserve_insertion_order')").ShouldBe(false);
        session.Value("SELECT current_setting('autoinstall_known_extensions')").ShouldBe(false);
        session.Value("SELECT current_setting('autoload_known_extensions')").ShouldBe(false);
    }
}
