using Tideway.Cli.Volumes;

namespace Tideway.Cli.Tests.Volumes;

public sealed class ClaimedPathsTests
{
    [Theory]
    [InlineData("a", "a-1", "a.txt", "a/b", "a/c/d", "a0", "b/x", "b/y")]
    [InlineData("a", "a", "a/a")]
    [InlineData("a/b", "a/b/c", "a/bc")]
    public void A_name_is_that_of_a_file_or_of_a_folder(params string[] paths)
    {
        var claimed = new ClaimedPaths(isFolding: false);

        var kept = paths.Where(path => claimed.FindFault(path) is null).ToList();

        kept.ShouldBe(paths.Distinct().Where(path => !paths.Any(other => path.StartsWith(other + "/", StringComparison.Ordinal))));
    }

    [Fact]
    public void Names_that_differ_in_case_only_are_one_where_the_file_system_takes_them_for_one()
    {
        string[] paths = ["A.txt", "\u00c4", "a.txt", "b", "\u00e4"];
        var (telling, folding) = (new ClaimedPaths(isFolding: false), new ClaimedPaths(isFolding: true));

        paths.Where(path => telling.FindFault(path) is null).ShouldBe(paths);
        paths.Where(path => folding.FindFault(path) is null).ShouldBe(["A.txt", "\u00c4", "b"]);
    }

    [Fact]
    public void A_path_that_was_claimed_before_the_others_keeps_its_name()
    {
        var claimed = new ClaimedPaths(isFolding: false);
        claimed.ClaimApart("m");

        ((string[])["b", "m", "m/x", "mm", "z"]).Where(path => claimed.FindFault(path) is null).ShouldBe(["b", "mm", "z"]);
    }
}
