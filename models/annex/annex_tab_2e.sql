{{ annex_tab_2(['gender']) }}
