{{ annex_tab_2(['nationality']) }}
